#include <fmt/format.h>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "catch.hpp"
#include "load_files.hpp"

namespace {

using namespace orochi;
using testing::files;
using testing::load_message;
using testing::message_of;
using testing::TempFolder;
using testing::without_paths;

using Lines = std::vector<std::string>;

/// `count` sequences of each of the labels, all of them different.
std::string many(int count) {
  std::string contents;
  for (int i = 0; i < count; ++i) {
    for (const char* label : {"x", "y"})
      contents += std::string(label) + "\t" + label + std::to_string(i) + "\n";
  }
  return contents;
}

}  // namespace

TEST_CASE("given files become three splits with what train taught", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "b\tAAC\na\tC\n");
  folder.write("validation.tsv", "a\tAG\n");
  folder.write("test.tsv", "b\tCC\nb\tA\n");
  const std::unique_ptr<Task> task = new_task();
  const LoadedData data = orochi::load_data(files("tsv", "train.tsv", "validation.tsv", "test.tsv"),
                                            folder.path(), 1, builtin_readers(), builtin_tokenizers(), *task);
  CHECK(labels_of(*task) == Lines{"a", "b"});
  CHECK(test::vocabulary_of(*data.preprocessing.tokenizer) == Lines{"<unk>", "a", "c"});
  CHECK(data.preprocessing.channels == 0);
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 1, 2, 2});
  CHECK(data.train.offsets == std::vector<Index>{0, 3, 4});
  CHECK(data.train.targets == std::vector<double>{1, 0});
  CHECK(data.validation.tokens == std::vector<std::int32_t>{1, 0});
  CHECK(data.test.tokens == std::vector<std::int32_t>{2, 2, 1});
  CHECK(data.test.targets == std::vector<double>{1, 1});
  CHECK(data.notes == Lines{"train: 2 sequences, 4 rows, longest 3",
                            "validation: 1 sequence, 2 rows, longest 2",
                            "test: 2 sequences, 3 rows, longest 2", "2 labels, a vocabulary of 3 tokens",
                            "unknown tokens: 0.0 % of train's, 50.0 % of validation's, 0.0 % of test's; no "
                            "training text has one, so the model does not learn what to make of them; "
                            "data.tokenizer.min_count = 2 makes rare tokens unknown"});
}

TEST_CASE("labels that are all integers are sorted by value, others by their bytes", "[load]") {
  const TempFolder folder;
  folder.write("numbers.tsv", "10\ta\n9\tb\n-1\tc\n");
  folder.write("words.tsv", "10\ta\n9\tb\nx\tc\n");
  DataConfig config = files("tsv", "numbers.tsv", "numbers.tsv");
  std::unique_ptr<Task> task = new_task();
  orochi::load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *task);
  CHECK(labels_of(*task) == Lines{"-1", "9", "10"});
  config = files("tsv", "words.tsv", "words.tsv");
  task = new_task();
  orochi::load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *task);
  CHECK(labels_of(*task) == Lines{"10", "9", "x"});
}

TEST_CASE("without a validation file a fraction of train is taken, and the vocabulary knows nothing of it",
          "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "x\tA\nx\tB\ny\tC\ny\tD\n");
  DataConfig config = files("tsv", "train.tsv");
  config.validation_fraction = 0.5;
  const LoadedData data = testing::load_data(config, folder.path(), 3);
  CHECK(data.train.targets == std::vector<double>{0, 1});
  CHECK(data.validation.targets == std::vector<double>{0, 1});
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 2});
  CHECK(data.validation.tokens == std::vector<std::int32_t>{0, 0});
  CHECK(data.test.size() == 0);
  config.validation_fraction = 0;
  const LoadedData whole = testing::load_data(config, folder.path(), 3);
  CHECK(whole.train.size() == 4);
  CHECK(whole.validation.size() == 0);
}

TEST_CASE("the seed chooses the validation set", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", many(200));
  DataConfig config = files("tsv", "train.tsv");
  const LoadedData data = testing::load_data(config, folder.path(), 1);
  CHECK(data.validation.size() == 40);
  CHECK(data.validation.tokens == testing::load_data(config, folder.path(), 1).validation.tokens);
  CHECK(data.validation.tokens != testing::load_data(config, folder.path(), 2).validation.tokens);
}

TEST_CASE("a label with one sequence is noted, no label with two is an error", "[load]") {
  const TempFolder folder;
  folder.write("one.tsv", many(10) + "rare\tq\n");
  const LoadedData data = testing::load_data(files("tsv", "one.tsv"), folder.path(), 1);
  CHECK(without_paths(folder, data.notes).front() ==
        "one.tsv:21: label \"rare\" has one sequence, which stays in train: validation has none of it");
  folder.write("singles.tsv", "a\tx\nb\ty\n");
  CHECK(load_message(folder, files("tsv", "singles.tsv")) ==
        "singles.tsv: no label has two sequences, so data.validation_fraction = 0.1 leaves the validation "
        "set empty; "
        "name a data.validation file, or set the fraction to 0");
}

TEST_CASE("labels that the validation share does not reach are noted, and a share that is not met",
          "[load]") {
  const TempFolder folder;
  std::string twos, singles = "a\tx\na\ty\n";
  for (int k = 0; k < 50; ++k) twos += fmt::format("l{0}\tA{0}\nl{0}\tB\n", k);
  for (int k = 0; k < 18; ++k) singles += fmt::format("s{0}\tA{0}\n", k);
  folder.write("twos.tsv", twos);
  const LoadedData data = testing::load_data(files("tsv", "twos.tsv"), folder.path(), 1);
  CHECK(data.validation.size() == 10);
  CHECK(
      data.notes.front() ==
      "validation has 10 of 100 sequences and none of 40 labels: too few for data.validation_fraction = 0.1 "
      "of each");
  folder.write("singles.tsv", singles);
  const Lines notes = testing::load_data(files("tsv", "singles.tsv"), folder.path(), 1).notes;
  CHECK(
      notes[4].ends_with("label \"s12\" has one sequence, which stays in train: validation has none of it"));
  CHECK(notes[5] == "and 13 labels more with one sequence");
  CHECK(notes[6] ==
        "validation has 1 sequence where data.validation_fraction = 0.1 asks for 2: each label keeps one "
        "sequence in train");
}

TEST_CASE("the errors of all files come at once", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\t\nb\n");
  folder.write("test.tsv", "c\t\n");
  CHECK(load_message(folder, files("tsv", "train.tsv", "none.tsv", "test.tsv")) ==
        "train.tsv:1:3: the text is empty; expected at least one character\n"
        "train.tsv:2: no tab in \"b\"; expected label<TAB>text\n"
        "none.tsv: no such file; paths in a config are relative to the config's folder\n"
        "test.tsv:1:3: the text is empty; expected at least one character");
}

TEST_CASE("labels that training never saw, or one alone, are errors", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\tx\nb\ty\n");
  folder.write("test.tsv", "b\tx\nc\tz\n");
  folder.write("one.tsv", "a\tx\na\ty\n");
  CHECK(load_message(folder, files("tsv", "train.tsv", "test.tsv", "test.tsv")) ==
        "test.tsv:2: label \"c\" does not occur in the training data, which has \"a\", \"b\"; correct or "
        "remove it\n"
        "test.tsv:2: label \"c\" does not occur in the training data, which has \"a\", \"b\"; correct or "
        "remove it");
  folder.write("many.tsv", "b\tx\nc\tz\nd\tz\nc\ty\nc\tx\nd\tx\n");
  const std::string rest =
      "does not occur in the training data, which has \"a\", \"b\"; correct or remove it ";
  CHECK(load_message(folder, files("tsv", "train.tsv", "train.tsv", "many.tsv")) ==
        "many.tsv:2: label \"c\" " + rest + "(2 more records have it)\nmany.tsv:3: label \"d\" " + rest +
            "(1 more record has it)");
  CHECK(load_message(folder, files("tsv", "one.tsv")) ==
        "one.tsv: every sequence has the label \"a\"; a classifier needs two labels or more");
}

TEST_CASE("an empty vocabulary is an error", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\tx\nb\ty\n");
  DataConfig config = files("tsv", "train.tsv", "train.tsv");
  config.tokenizer.options["min_count"] = std::int64_t{5};
  CHECK(load_message(folder, config) ==
        "train.tsv: the vocabulary is empty with min_count = 5 and vocab_size = 30000 of data.tokenizer; "
        "lower the "
        "one or "
        "raise the other (tokens of more than 256 bytes never enter it)");
}

TEST_CASE("sequences in two splits, conflicting labels and cuts are counted", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\tx\na\tx\nb\tyy\nb\tlonger\na\tLonger\n");
  folder.write("validation.tsv", "a\tx\nb\tnew\n");
  folder.write("test.tsv", "a\tx\nb\tx\na\tyy\nb\tnew\nb\tlong\n");
  DataConfig config = files("tsv", "train.tsv", "validation.tsv", "test.tsv");
  config.max_length = 3;
  const Lines notes = without_paths(folder, testing::load_data(config, folder.path(), 1).notes);
  CHECK(
      notes ==
      Lines{"train: 5 sequences, 10 rows, longest 3",
            "2 of 5 train sequences were longer than max_length = 3 and were cut to their first rows "
            "(longest: 6)",
            "validation: 2 sequences, 4 rows, longest 3", "test: 5 sequences, 10 rows, longest 3",
            "1 of 5 test sequences was longer than max_length = 3 and was cut to its first rows (longest: 4)",
            "2 labels, a vocabulary of 6 tokens",
            "unknown tokens: 0.0 % of train's, 50.0 % of validation's, 20.0 % of test's; no training "
            "text has one, so the model does not learn what to make of them; data.tokenizer.min_count "
            "= 2 makes rare tokens unknown",
            "1 of 2 validation sequences is also in train", "3 of 5 test sequences are also in train",
            "3 of 5 test sequences are also in validation",
            "2 sequences have two labels, first: train.tsv:1 (\"a\"), test.tsv:2 (\"b\")"});
}

TEST_CASE("numeric files are cut, normalized by train's figures and compared as they were", "[load]") {
  const TempFolder folder;
  const std::string header = "@classLabel true 1 2\n@data\n";
  folder.write("train.ts", header + "0,2,100:5,5,5:1\n4:5:2\n");
  folder.write("test.ts", header + "4:5:1\n6,0:7,3:2\n");
  folder.write("narrow.ts", header + "1:1\n");
  DataConfig config = files("ts", "train.ts", "test.ts");
  config.max_length = 2;
  const LoadedData data = testing::load_data(config, folder.path(), 1);
  const float deviation = data.preprocessing.deviation[0];
  CHECK_THAT(deviation, catch_matchers::WithinRel(1.6329932f, 1e-6f));
  CHECK(data.preprocessing.mean == std::vector<float>{2, 5});
  CHECK(data.preprocessing.deviation[1] == 1.0f);
  CHECK(data.train.values == std::vector<float>{-2 / deviation, 0, 0, 0, 2 / deviation, 0});
  CHECK(data.validation.values == std::vector<float>{2 / deviation, 0, 4 / deviation, 2, -2 / deviation, -2});
  CHECK(data.validation.offsets == std::vector<Index>{0, 1, 3});
  CHECK(
      without_paths(folder, data.notes) ==
      Lines{
          "train: 2 sequences, 3 rows, longest 2",
          "1 of 2 train sequences was longer than max_length = 2 and was cut to its first rows (longest: 3)",
          "validation: 2 sequences, 3 rows, longest 2", "2 labels, 2 channels",
          "1 of 2 validation sequences is also in train",
          "1 sequence has two labels, first: train.ts:4 (\"2\"), test.ts:3 (\"1\")"});
  config.validation = "narrow.ts";
  CHECK(load_message(folder, config) ==
        "narrow.ts: 1 channel, but the training data has 2; expected as many");
}

TEST_CASE("one more file is read as training's files were", "[load]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\txyz\nb\tyy\n");
  folder.write("more.tsv", "b\tyyyy\na\tyyyy\nb\tq\n");
  DataConfig config = files("tsv", "train.tsv", "train.tsv");
  config.max_length = 3;
  const std::unique_ptr<Task> task = new_task();
  const LoadedData data =
      orochi::load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *task);
  Lines notes{"before"};
  const Sequences more =
      load_file(config, builtin_readers(), data.preprocessing, *task, folder.file("more.tsv"), notes)
          .sequences;
  CHECK(more.tokens == std::vector<std::int32_t>{1, 1, 1, 1, 1, 1, 0});
  CHECK(more.targets == std::vector<double>{1, 0, 1});
  CHECK(without_paths(folder, notes) ==
        Lines{"before", "more.tsv: 3 sequences, 7 rows, longest 3",
              "2 of 3 more.tsv sequences were longer than max_length = 3 and were cut to their first rows "
              "(longest: 4)",
              "1 sequence has two labels, first: more.tsv:1 (\"b\"), more.tsv:2 (\"a\")"});
  folder.write("new.tsv", "c\tx\n");
  CHECK(folder.without_path(message_of([&] {
    load_file(config, builtin_readers(), data.preprocessing, *task, folder.file("new.tsv"), notes);
  })) == "new.tsv:1: label \"c\" does not occur in the training data, which has \"a\", \"b\"; correct or "
         "remove it");
}
