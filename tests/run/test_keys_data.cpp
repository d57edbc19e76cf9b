// The keys of [data].
#include <cmath>
#include <functional>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "keys.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using test::vocabulary_of;

namespace {

using Words = std::vector<std::string>;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string lines(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

/// What `change` makes of a training file with this text, the rest at its defaults.
LoadedData load(const std::string& text, const std::function<void(DataConfig&)>& change) {
  const Workplace place("keys-data");
  write(place.root / "native", text);
  DataConfig config;
  config.train = "native";
  config.validation_fraction = 0;
  change(config);
  return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
}

const char* const two_lines = "a\tOne, one two\nb\tthree one\n";
const char* const two_cases =
    "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n5,9:b\n";

void test_format() {
  const LoadedData text = load(two_lines, [](DataConfig&) {});
  const LoadedData same = load("label,text\na,\"One, one two\"\nb,three one\n",
                               [](DataConfig& config) { config.format.type = "csv"; });
  CHECK(vocabulary_of(*same.preprocessing.tokenizer) == vocabulary_of(*text.preprocessing.tokenizer));
  CHECK(same.train.tokens == text.train.tokens);
  const LoadedData numbers = load(two_cases, [](DataConfig& config) {
    config.format.type = "ts";
    config.normalize = false;
  });
  CHECK(numbers.train.values == std::vector<float>{1, 2, 3, 5, 9});
}

/// Sequences of the parts, with files of 4, 3 and 2.
std::vector<Index> sizes(void (*change)(DataConfig&)) {
  const Workplace place("keys-parts");
  const std::string pair = "a\tx\nb\ty\n";
  write(place.root / "four", pair + pair);
  write(place.root / "three", pair + "a\tx\n");
  write(place.root / "two", pair);
  DataConfig config;
  config.train = "two";
  config.validation_fraction = 0;
  change(config);
  const LoadedData data =
      load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
  return {data.train.size(), data.validation.size(), data.test.size()};
}

void test_train() {
  CHECK(sizes([](DataConfig& config) { config.train = "four"; }) == std::vector<Index>{4, 0, 0});
  CHECK(sizes([](DataConfig& config) { config.train = {"two", "four"}; }) == std::vector<Index>{6, 0, 0});
}

void test_validation() {
  CHECK(sizes([](DataConfig& config) { config.validation = "three"; }) == std::vector<Index>{2, 3, 0});
}

void test_test() {
  CHECK(sizes([](DataConfig& config) { config.test = "three"; }) == std::vector<Index>{2, 0, 3});
}

void test_validation_fraction() {
  const std::string text = lines("a\tx", 40) + lines("b\ty", 20);
  const auto of_class = [](const Sequences& part, int label) {
    return std::count(part.targets.begin(), part.targets.end(), label);
  };
  const LoadedData cut = load(text, [](DataConfig& config) { config.validation_fraction = 0.25; });
  CHECK(of_class(cut.validation, 0) == 10);
  CHECK(of_class(cut.validation, 1) == 5);
  CHECK(of_class(cut.train, 0) == 30);
  CHECK(of_class(cut.train, 1) == 15);
  CHECK(load(text, [](DataConfig& config) { config.validation_fraction = 0; }).validation.size() == 0);
}

void test_split_seed() {
  const auto checksums = [](const std::string& seed, const std::string& split) {
    const Run run("split-seed", {"train.seed=" + seed, "data.split_seed=" + split, "train.epochs=1"});
    return std::pair(run.header().train_checksum, run.header().validation_checksum);
  };
  CHECK(checksums("1", "7") == checksums("2", "7"));
  CHECK(checksums("7", "0") == checksums("2", "7"));
  CHECK(checksums("1", "7") != checksums("1", "8"));
}

void test_fold() {
  const auto half = [](DataConfig& config) { config.train = "four", config.fold = 1, config.folds = 2; };
  CHECK(sizes(half) == std::vector<Index>{2, 0, 2});
}

void test_folds() {
  const auto quarter = [](DataConfig& config) { config.train = "four", config.fold = 1, config.folds = 4; };
  CHECK(sizes(quarter) == std::vector<Index>{3, 0, 1});
}

/// With one option of the csv format set.
LoadedData load_csv(const std::string& text, const std::string& option, const OptionValue& value) {
  return load(text, [&](DataConfig& config) { config.format = {"csv", {{option, value}}}; });
}

const char* const columns = "label,text,kind,body\na,one,c,two\nb,one,d,three\n";

void test_text_columns() {
  const LoadedData data = load_csv(columns, "text_columns", Words{"body"});
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"<unk>", "three", "two"});
  CHECK_THROWS_WITH(load_csv(columns, "text_columns", Words{}),
                    catch_matchers::Contains("text_columns is empty"));
}

void test_label_column() {
  // "one" twice: the labels are of another column than the usual one.
  CHECK_THROWS_WITH(load_csv("label,text,kind\na,x,one\nb,y,one\n", "label_column", "kind"),
                    catch_matchers::Contains("every sequence has the label \"one\""));
  CHECK_THROWS_WITH(load_csv(columns, "label_column", "text"),
                    catch_matchers::Contains("text_columns and the other columns name \"text\" twice"));
}

void test_weight_column() {
  const char* const text = "label,text,w\na,one,2\nb,two,0.5\n";
  CHECK(load_csv(text, "weight_column", "w").train.weights == std::vector<float>{2, 0.5f});
  CHECK(load_csv(text, "label_column", "label").train.weights.empty());
}

void test_group_column() {
  const Workplace place("keys-groups");
  write(place.root / "one", "label,text,who\na,x,ann\nb,y,bob\n");
  DataConfig config;
  config.train = config.validation = "one";
  const auto load = [&] {
    return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
  };
  config.format = {"csv", {}};
  CHECK(load().validation.size() == 2);
  config.format = {"csv", {{"group_column", "who"}}};
  CHECK_THROWS_WITH(load(), catch_matchers::Contains("its group \"bob\" is in the training file, too"));
}

void test_delimiter() {
  const LoadedData data = load_csv("label;text\na;one, two\nb;\"x;y\"\n", "delimiter", ";");
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"<unk>", ",", ";", "one", "two", "x", "y"});
  for (const char* wrong : {"", ";;", "\"", "\xC3"})
    CHECK_THROWS_WITH(load_csv(columns, "delimiter", wrong), catch_matchers::Contains("one ASCII character"));
}

/// With one option of one tokenizer set.
LoadedData load_with(const std::string& type, const std::string& option, const OptionValue& value,
                     const std::string& text) {
  return load(text, [&](DataConfig& config) { config.tokenizer = {type, {{option, value}}}; });
}

void check_lowercase(const std::string& type) {
  const std::string text = "a\tÄ\nb\tä\n";
  const LoadedData folded = load_with(type, "lowercase", true, text);
  CHECK(vocabulary_of(*folded.preprocessing.tokenizer) == Words{"<unk>", "ä"});
  CHECK(folded.train.tokens == std::vector<std::int32_t>{1, 1});
  const LoadedData kept = load_with(type, "lowercase", false, text);
  CHECK(vocabulary_of(*kept.preprocessing.tokenizer) == Words{"<unk>", "Ä", "ä"});
}

/// Texts without blanks for a tokenizer that makes tokens of them.
std::string spaced(const std::string& type, std::string text) {
  if (type == "char") std::erase(text, ' ');
  return text;
}

void check_min_count(const std::string& type) {
  const LoadedData data =
      load_with(type, "min_count", std::int64_t{3}, spaced(type, "a\tx x x y y z\nb\tz x\n"));
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"<unk>", "x"});
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 1, 1, 0, 0, 0, 0, 1});
}

void check_vocab_size(const std::string& type) {
  const LoadedData data =
      load_with(type, "vocab_size", std::int64_t{3}, spaced(type, "a\tx x x y y z\nb\ty z\n"));
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"<unk>", "x", "y"});
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 1, 1, 2, 2, 0, 2, 0});
}

void test_tokenizer() {
  const LoadedData words = load(two_lines, [](DataConfig& config) { config.tokenizer.type = "word"; });
  CHECK(vocabulary_of(*words.preprocessing.tokenizer) == Words{"<unk>", "one", ",", "three", "two"});
  CHECK(words.train.offsets == std::vector<Index>{0, 4, 6});
  const LoadedData letters =
      load("a\tab b\nb\tb\n", [](DataConfig& config) { config.tokenizer.type = "char"; });
  CHECK(vocabulary_of(*letters.preprocessing.tokenizer) == Words{"<unk>", "b", " ", "a"});
  CHECK(letters.train.tokens == std::vector<std::int32_t>{3, 1, 2, 1, 1});
  const LoadedData cut =
      load("a\tx, y\nb\tx,\n", [](DataConfig& config) { config.tokenizer.type = "whitespace"; });
  CHECK(vocabulary_of(*cut.preprocessing.tokenizer) == Words{"<unk>", "x,", "y"});
}

void test_encoding() {
  const auto vocabulary = [](const std::string& encoding) {
    return vocabulary_of(*load("a\tcaf\xE9 \x80\nb\tx\n", [&](DataConfig& config) {
                            config.encoding = encoding;
                          }).preprocessing.tokenizer);
  };
  CHECK(vocabulary("cp1252") == Words{"<unk>", "café", "x", "€"});
  CHECK_THROWS_WITH(vocabulary("utf-8"), catch_matchers::Contains("set data.encoding to"));
}

void test_max_length() {
  const LoadedData text = load("a\tx y z z\nb\tz\n", [](DataConfig& config) { config.max_length = 2; });
  CHECK(text.train.offsets == std::vector<Index>{0, 2, 3});
  CHECK(vocabulary_of(*text.preprocessing.tokenizer) ==
        Words{"<unk>", "x", "y", "z"});  // what is cut counts for nothing
  const auto counted = [](const std::string& note) { return note.find("1 of 2") != std::string::npos; };
  CHECK(std::any_of(text.notes.begin(), text.notes.end(), counted));
  const LoadedData numbers = load(two_cases, [](DataConfig& config) {
    config.format.type = "ts", config.max_length = 2, config.normalize = false;
  });
  CHECK(numbers.train.values == std::vector<float>{1, 2, 5, 9});
}

void test_truncation() {
  const auto kept = [](const std::string& truncation) {
    const auto change = [&](DataConfig& config) {
      config.format.type = "ts", config.max_length = 2, config.normalize = false;
      config.truncation = truncation;
    };
    return load(two_cases, change).train.values;
  };
  CHECK(kept("head") == std::vector<float>{1, 2, 5, 9});
  CHECK(kept("tail") == std::vector<float>{2, 3, 5, 9});
  CHECK(kept("middle") == std::vector<float>{1, 3, 5, 9});
}

void test_long() {
  const auto offsets = [](const std::string& what) {
    return load("a\tx y z z z\nb\tz\n",
                [&](DataConfig& config) {
                  config.max_length = 2;
                  config.long_sequences = what;
                })
        .train.offsets;
  };
  CHECK(offsets("cut") == std::vector<Index>{0, 2, 3});
  CHECK(offsets("windows") == std::vector<Index>{0, 2, 4, 5, 6});
}

void test_normalize() {
  const LoadedData data = load(two_cases, [](DataConfig& config) { config.format.type = "ts"; });
  const double deviation = std::sqrt(40.0 / 5);  // of 1, 2, 3, 5, 9 with mean 4: 9 + 4 + 1 + 1 + 25
  CHECK_THAT(static_cast<double>(data.train.values[4]), catch_matchers::WithinRel(5 / deviation, 1e-6));
  CHECK_THAT(static_cast<double>(data.train.values[0]), catch_matchers::WithinRel(-3 / deviation, 1e-6));
  CHECK(data.preprocessing.mean == std::vector<float>{4});
  CHECK_THAT(static_cast<double>(data.preprocessing.deviation[0]),
             catch_matchers::WithinRel(deviation, 1e-6));
  const LoadedData plain =
      load(two_cases, [](DataConfig& config) { config.format.type = "ts", config.normalize = false; });
  CHECK(plain.train.values == std::vector<float>{1, 2, 3, 5, 9});
}

const char* const with_gap = "@data\n1,?,4:a\n?,2,3:b\n";

/// The rows of `with_gap`, not normalized.
Column<float> filled(const std::string& missing, bool indicator) {
  return load(with_gap,
              [&](DataConfig& config) {
                config.format.type = "ts";
                config.normalize = false;
                config.missing = missing;
                config.missing_indicator = indicator;
              })
      .train.values;
}

void test_missing() {
  CHECK(filled("interpolate", false) == std::vector<float>{1, 2.5f, 4, 2, 2, 3});
  CHECK(filled("mean", false) == std::vector<float>{1, 2.5f, 4, 2.5f, 2, 3});
  CHECK(filled("zero", false) == std::vector<float>{1, 0, 4, 0, 2, 3});
  CHECK_THROWS_WITH(filled("error", false), catch_matchers::Contains("set data.missing to"));
}

void test_missing_indicator() {
  CHECK(filled("zero", true) == std::vector<float>{1, 0, 0, 1, 4, 0, 0, 1, 2, 0, 3, 0});
}

void test_storage() {
  const auto where = [](const std::string& storage) {
    return load("a\tx\nb\ty\n", [&](DataConfig& config) { config.storage = storage; }).train.storage();
  };
  CHECK(!where("memory").is_on_disk());
  CHECK(where("disk").is_on_disk());
}

}  // namespace

KeyTests orochi::data_keys() {
  return {{"data.format", test_format},
          {"data.train", test_train},
          {"data.validation", test_validation},
          {"data.test", test_test},
          {"data.validation_fraction", test_validation_fraction},
          {"data.split_seed", test_split_seed},
          {"data.fold", test_fold},
          {"data.folds", test_folds},
          {"data.encoding", test_encoding},
          {"data.tokenizer", test_tokenizer},
          {"data.max_length", test_max_length},
          {"data.truncation", test_truncation},
          {"data.long", test_long},
          {"data.normalize", test_normalize},
          {"data.missing", test_missing},
          {"data.missing_indicator", test_missing_indicator},
          {"data.storage", test_storage},
          {"reader.csv.text_columns", test_text_columns},
          {"reader.csv.label_column", test_label_column},
          {"reader.csv.weight_column", test_weight_column},
          {"reader.csv.group_column", test_group_column},
          {"reader.csv.delimiter", test_delimiter},
          {"tokenizer.word.lowercase", [] { check_lowercase("word"); }},
          {"tokenizer.word.min_count", [] { check_min_count("word"); }},
          {"tokenizer.word.vocab_size", [] { check_vocab_size("word"); }},
          {"tokenizer.char.lowercase", [] { check_lowercase("char"); }},
          {"tokenizer.char.min_count", [] { check_min_count("char"); }},
          {"tokenizer.char.vocab_size", [] { check_vocab_size("char"); }},
          {"tokenizer.whitespace.lowercase", [] { check_lowercase("whitespace"); }},
          {"tokenizer.whitespace.min_count", [] { check_min_count("whitespace"); }},
          {"tokenizer.whitespace.vocab_size", [] { check_vocab_size("whitespace"); }}};
}
