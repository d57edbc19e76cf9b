// What is kept of sequences that are longer than data.max_length.
#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;
using Lines = std::vector<std::string>;

struct Loaded {
  LoadedData data;
  LoadedFile again;  // the same file, as evaluate reads it
  DataConfig config;
  std::unique_ptr<Task> task;
};

Loaded load(const TempFolder& folder, const std::string& contents, DataConfig config,
            const std::string& task = "classification") {
  folder.write("f", contents);
  config.train = "f";
  config.validation_fraction = 0;
  config.normalize = false;
  Loaded loaded{{}, {}, config, new_task(task)};
  loaded.data = load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *loaded.task);
  Lines notes;
  loaded.again =
      load_file(config, builtin_readers(), loaded.data.preprocessing, *loaded.task, folder.file("f"), notes);
  CHECK(checksum(loaded.again.sequences) == checksum(loaded.data.train));
  return loaded;
}

DataConfig cut(const std::string& format, const std::string& how, Index max_length) {
  DataConfig config = testing::config_for(format);
  config.truncation = how;
  config.max_length = max_length;
  return config;
}

/// The words of the rows, with blanks between and | between sequences.
std::string words_of(const Sequences& sequences, const Preprocessing& preprocessing) {
  std::string text;
  for (Index i = 0; i < sequences.size(); ++i) {
    if (i > 0) text += "|";
    for (Index row = sequences.offsets[static_cast<std::size_t>(i)];
         row < sequences.offsets[static_cast<std::size_t>(i) + 1]; ++row)
      text += (row > sequences.offsets[static_cast<std::size_t>(i)] ? " " : "") +
              preprocessing.token(sequences.tokens[static_cast<std::size_t>(row)]);
  }
  return text;
}

}  // namespace

TEST_CASE("head keeps the first rows, tail the last, middle both ends", "[truncation]") {
  const auto kept = [](Truncation how, Index length, Index most) {
    const KeptRows rows = kept_rows(how, length, most);
    return std::pair{rows.first, rows.last};
  };
  CHECK(kept(Truncation::head, 9, 4) == std::pair<Index, Index>{4, 0});
  CHECK(kept(Truncation::tail, 9, 4) == std::pair<Index, Index>{0, 4});
  CHECK(kept(Truncation::middle, 9, 4) == std::pair<Index, Index>{2, 2});
  CHECK(kept(Truncation::middle, 9, 5) == std::pair<Index, Index>{3, 2});
  CHECK(kept(Truncation::middle, 2, 1) == std::pair<Index, Index>{1, 0});
  for (const Truncation how : {Truncation::head, Truncation::tail, Truncation::middle})
    CHECK(kept_rows(how, 4, 4).all() == 4);
}

TEST_CASE("texts are cut so in training, evaluation and prediction", "[truncation]") {
  const TempFolder folder;
  const auto check = [&](const std::string& how, const std::string& expected) {
    const Loaded loaded = load(folder, "x\ta b c d e\ny\tf g\n", cut("tsv", how, 3));
    CHECK(words_of(loaded.data.train, loaded.data.preprocessing) == expected + "|f g");
    Sequences line;
    CHECK(InputEncoder(loaded.config, loaded.data.preprocessing).append_line("a b c d e", line));
    CHECK(words_of(line, loaded.data.preprocessing) == expected);
    return loaded.data.notes[1];
  };
  CHECK(check("head", "a b c") ==
        "1 of 2 train sequences was longer than max_length = 3 and was cut to its first rows (longest: 5)");
  CHECK(check("tail", "c d e") ==
        "1 of 2 train sequences was longer than max_length = 3 and was cut to its last rows (longest: 5)");
  CHECK(check("middle", "a b e") ==
        "1 of 2 train sequences was longer than max_length = 3 and was cut to its first and last rows "
        "(longest: 5)");
}

TEST_CASE("of several texts the longest is cut, each by the same rule", "[truncation]") {
  const TempFolder folder;
  const auto words = [&](const std::string& how) {
    DataConfig config = cut("csv", how, 7);
    config.format.options = {{"text_columns", Lines{"p", "q"}}};
    const Loaded loaded = load(folder, "label,p,q\nx,a b c d e,f g h i j k l\ny,m,n\n", config);
    CHECK(loaded.data.train.segments == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1, 0, 0, 1});
    return words_of(loaded.data.train, loaded.data.preprocessing);
  };
  CHECK(words("head") == "a b c [sep] f g h|m [sep] n");
  CHECK(words("tail") == "c d e [sep] j k l|m [sep] n");
  CHECK(words("middle") == "a b e [sep] f g l|m [sep] n");
}

TEST_CASE("labels of rows are cut as their rows are", "[truncation]") {
  const TempFolder folder;
  const auto targets = [&](const std::string& how) {
    return load(folder, "A B C D E\ta b c d e\nA\tz\n", cut("tsv", how, 3), "token_labels")
        .data.train.targets;
  };
  CHECK(targets("head") == std::vector<double>{0, 1, 2, 0});
  CHECK(targets("tail") == std::vector<double>{2, 3, 4, 0});
  CHECK(targets("middle") == std::vector<double>{0, 1, 4, 0});
}

TEST_CASE("numbers are cut so, gaps filled before", "[truncation]") {
  const TempFolder folder;
  const auto values = [&](const std::string& how, const std::string& missing) {
    DataConfig config = cut("ts", how, 2);
    config.missing = missing;
    const Loaded loaded = load(folder, "@data\n1,?,4,?,7:10,20,30,40,50:a\n8:9:b\n", config);
    bool was_cut = false;
    const Column<float> predicted = InputEncoder(loaded.config, loaded.data.preprocessing)
                                        .encode_values("1,?,4,?,7:10,20,30,40,50", &was_cut);
    CHECK(was_cut);
    CHECK(std::equal(predicted.begin(), predicted.end(), loaded.data.train.values.begin()));
    CHECK(loaded.data.train.offsets == std::vector<Index>{0, 2, 3});
    return loaded.data.train.values;
  };
  CHECK(values("head", "interpolate") == std::vector<float>{1, 10, 2.5f, 20, 8, 9});
  CHECK(values("tail", "interpolate") == std::vector<float>{5.5f, 40, 7, 50, 8, 9});
  CHECK(values("middle", "interpolate") == std::vector<float>{1, 10, 7, 50, 8, 9});
  // The mean is that of the rows that are kept: of 1 and 8, of 7 and 8.
  CHECK(values("head", "mean") == std::vector<float>{1, 10, 4.5f, 20, 8, 9});
  CHECK(values("tail", "mean") == std::vector<float>{7.5f, 40, 7, 50, 8, 9});
}

TEST_CASE("only what head keeps is asked of a tokenizer", "[truncation]") {
  CHECK(InputEncoder::tokens_needed(cut("tsv", "head", 3)) == 3);
  CHECK(InputEncoder::tokens_needed(cut("tsv", "tail", 3)) > 1'000'000'000);
  CHECK(InputEncoder::tokens_needed(cut("tsv", "middle", 3)) > 1'000'000'000);
}
