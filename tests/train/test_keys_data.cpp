// The keys of [data].
#include <cmath>

#include "catch.hpp"
#include "data/dataset.hpp"
#include "keys.hpp"
#include "tasks.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

namespace {

using Words = std::vector<std::string>;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string lines(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

/// What `change` makes of a training file with this text, the rest at its defaults.
LoadedData load(const std::string& text, void (*change)(DataConfig&)) {
  const Workplace place("keys-data");
  write(place.root / "own", text);
  DataConfig config;
  config.train = "own";
  config.validation_fraction = 0;
  change(config);
  return load_data(config, place.root.string(), 1, *new_task());
}

const char* const two_lines = "a\tOne, one two\nb\tthree one\n";
const char* const two_cases =
    "@problemName x\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n5,9:b\n";

void test_format() {
  const LoadedData text = load(two_lines, [](DataConfig&) {});
  const LoadedData same = load("label,text\na,\"One, one two\"\nb,three one\n",
                               [](DataConfig& config) { config.format = "csv"; });
  CHECK(same.preprocessing.vocabulary == text.preprocessing.vocabulary);
  CHECK(same.train.tokens == text.train.tokens);
  const LoadedData numbers = load(two_cases, [](DataConfig& config) {
    config.format = "ts";
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
  const LoadedData data = load_data(config, place.root.string(), 1, *new_task());
  return {data.train.size(), data.validation.size(), data.test.size()};
}

void test_train() {
  CHECK(sizes([](DataConfig& config) { config.train = "four"; }) == std::vector<Index>{4, 0, 0});
  CHECK(sizes([](DataConfig& config) { config.train = "two"; }) == std::vector<Index>{2, 0, 0});
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

LoadedData load_columns(void (*change)(DataConfig&)) {
  return load("label,text,kind,body\na,one,c,two\nb,one,d,three\n", change);
}

void test_text_column() {
  const LoadedData data =
      load_columns([](DataConfig& config) { config.format = "csv", config.text_column = "body"; });
  CHECK(data.preprocessing.vocabulary == Words{"<unk>", "three", "two"});
}

void test_label_column() {
  const LoadedData data =
      load_columns([](DataConfig& config) { config.format = "csv", config.label_column = "kind"; });
  CHECK(data.notes.size() > 1);
  const auto wrong = [](DataConfig& config) { config.format = "csv", config.label_column = "text"; };
  CHECK_THROWS_WITH(load_columns(wrong), catch_matchers::Contains("every sequence has the label \"one\""));
}

void test_tokenizer() {
  const LoadedData words = load(two_lines, [](DataConfig& config) { config.tokenizer = "word"; });
  CHECK(words.preprocessing.vocabulary == Words{"<unk>", "one", ",", "three", "two"});
  CHECK(words.train.offsets == std::vector<Index>{0, 4, 6});
  const LoadedData letters = load("a\tab b\nb\tb\n", [](DataConfig& config) { config.tokenizer = "char"; });
  CHECK(letters.preprocessing.vocabulary == Words{"<unk>", "b", " ", "a"});
  CHECK(letters.train.tokens == std::vector<std::int32_t>{3, 1, 2, 1, 1});
}

void test_lowercase() {
  const char* const text = "a\tÄ ä b\nb\tb\n";
  const LoadedData folded = load(text, [](DataConfig& config) { config.lowercase = true; });
  CHECK(folded.train.tokens == std::vector<std::int32_t>{2, 2, 1, 1});
  const LoadedData kept = load(text, [](DataConfig& config) { config.lowercase = false; });
  CHECK(kept.preprocessing.vocabulary == Words{"<unk>", "b", "Ä", "ä"});
}

void test_min_count() {
  const LoadedData data = load("a\tx x x y y z\nb\tz x\n", [](DataConfig& config) { config.min_count = 3; });
  CHECK(data.preprocessing.vocabulary == Words{"<unk>", "x"});
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 1, 1, 0, 0, 0, 0, 1});
}

void test_vocab_size() {
  const LoadedData data = load("a\tx x x y y z\nb\ty z\n", [](DataConfig& config) { config.vocab_size = 3; });
  CHECK(data.preprocessing.vocabulary == Words{"<unk>", "x", "y"});
  CHECK(data.train.tokens == std::vector<std::int32_t>{1, 1, 1, 2, 2, 0, 2, 0});
}

void test_max_length() {
  const LoadedData text = load("a\tx y z z\nb\tz\n", [](DataConfig& config) { config.max_length = 2; });
  CHECK(text.train.offsets == std::vector<Index>{0, 2, 3});
  CHECK(text.preprocessing.vocabulary == Words{"<unk>", "x", "y", "z"});  // what is cut counts for nothing
  const auto counted = [](const std::string& note) { return note.find("1 of 2") != std::string::npos; };
  CHECK(std::any_of(text.notes.begin(), text.notes.end(), counted));
  const LoadedData numbers = load(two_cases, [](DataConfig& config) {
    config.format = "ts", config.max_length = 2, config.normalize = false;
  });
  CHECK(numbers.train.values == std::vector<float>{1, 2, 5, 9});
}

void test_normalize() {
  const LoadedData data = load(two_cases, [](DataConfig& config) { config.format = "ts"; });
  const double deviation = std::sqrt(40.0 / 5);  // of 1, 2, 3, 5, 9 with mean 4: 9 + 4 + 1 + 1 + 25
  CHECK_THAT(static_cast<double>(data.train.values[4]), catch_matchers::WithinRel(5 / deviation, 1e-6));
  CHECK_THAT(static_cast<double>(data.train.values[0]), catch_matchers::WithinRel(-3 / deviation, 1e-6));
  CHECK(data.preprocessing.mean == std::vector<float>{4});
  CHECK_THAT(static_cast<double>(data.preprocessing.deviation[0]),
             catch_matchers::WithinRel(deviation, 1e-6));
  const LoadedData plain =
      load(two_cases, [](DataConfig& config) { config.format = "ts", config.normalize = false; });
  CHECK(plain.train.values == std::vector<float>{1, 2, 3, 5, 9});
}

}  // namespace

KeyTests orochi::data_keys() {
  return {{"data.format", test_format},
          {"data.train", test_train},
          {"data.validation", test_validation},
          {"data.test", test_test},
          {"data.validation_fraction", test_validation_fraction},
          {"data.text_column", test_text_column},
          {"data.label_column", test_label_column},
          {"data.tokenizer", test_tokenizer},
          {"data.lowercase", test_lowercase},
          {"data.min_count", test_min_count},
          {"data.vocab_size", test_vocab_size},
          {"data.max_length", test_max_length},
          {"data.normalize", test_normalize}};
}
