// The options of the readers of text and series.
#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "keys.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using test::vocabulary_of;

namespace {

using Words = std::vector<std::string>;

/// A training file read with one option of its format set.
LoadedData load(const std::string& format, const std::string& text, const std::string& option,
                const OptionValue& value, const std::string& beside = "") {
  const Workplace place("keys-reader");
  std::ofstream(place.root / "native") << text;
  std::ofstream(place.root / "beside") << beside;
  DataConfig config;
  config.train = "native";
  config.validation_fraction = 0;
  config.normalize = false;
  config.format = {format, {{option, value}}};
  return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
}

Words words_of(const LoadedData& data) { return vocabulary_of(*data.preprocessing.tokenizer); }

void test_header() {
  const Workplace place("keys-header");
  std::ofstream(place.root / "native") << "one,a\ntwo,b\n";
  DataConfig config;
  config.train = "native";
  config.validation_fraction = 0;
  config.format = {"csv",
                   {{"header", false}, {"text_columns", Words{"1"}}, {"label_column", std::string("2")}}};
  const LoadedData data =
      load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
  CHECK(words_of(data) == Words{"<unk>", "one", "two"});
}

void test_quotes() {
  const std::string text = "label,text\na,one \"inch\nb,two\n";
  CHECK(words_of(load("csv", text, "quotes", false)) == Words{"<unk>", "\"", "inch", "one", "two"});
  CHECK_THROWS_WITH(load("csv", text, "quotes", true), Catch::Matchers::Contains("a quote inside"));
}

/// Two records of columns of numbers, of which `more` says how they are read.
LoadedData load_numbers(Options more, const std::string& text = "label,x,y\na,1,2\nb,3,4\n") {
  const Workplace place("keys-numbers");
  std::ofstream(place.root / "native") << text;
  DataConfig config;
  config.train = "native";
  config.validation_fraction = 0;
  config.normalize = false;
  more.try_emplace("number_columns", Words{"x", "y"});
  config.format = {"csv", more};
  return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
}

void test_number_columns() {
  CHECK(load_numbers({}).train.values == std::vector<float>{1, 2, 3, 4});
  CHECK(load_numbers({{"number_columns", Words{"y"}}}).train.values == std::vector<float>{2, 4});
  CHECK_THROWS_WITH(load_numbers({{"text_columns", Words{"x"}}}), Catch::Matchers::Contains("leave one out"));
  CHECK_THROWS_WITH(load_numbers({{"number_columns", Words{"label"}}}),
                    Catch::Matchers::Contains("name \"label\" twice"));
}

void test_over_time() {
  CHECK(load_numbers({}).train.length(0) == 1);
  CHECK(load_numbers({{"over_time", true}}).train.length(0) == 2);
  CHECK_THROWS_WITH(load_numbers({{"over_time", true}, {"number_columns", Words{}}}),
                    Catch::Matchers::Contains("says how number_columns are read"));
}

void test_decimal_comma() {
  const std::string text = "label,x,y\na,\"1,5\",2\nb,3,4\n";
  CHECK(load_numbers({{"decimal_comma", true}}, text).train.values == std::vector<float>{1.5f, 2, 3, 4});
  CHECK_THROWS_WITH(load_numbers({}, text), Catch::Matchers::Contains("decimal_comma = true"));
}

void test_prefix() {
  CHECK(words_of(load("fasttext", "#a one\n#b two\n", "prefix", std::string("#"))) ==
        Words{"<unk>", "one", "two"});
}

/// An object a line, of which `option` names "other" in place of the usual key.
void check_json_key(const std::string& option, const OptionValue& value) {
  const std::string text = R"({"label": "a", "text": "one", "other": 2, "words": "x"})"
                           "\n"
                           R"({"label": "b", "text": "two", "other": 3, "words": "y"})"
                           "\n";
  const LoadedData data = load("jsonl", text, option, value),
                   usual = load("jsonl", text, "label_key", std::string("label"));
  const bool same = words_of(data) == words_of(usual) && data.train.weights == usual.train.weights &&
                    data.notes == usual.notes;
  CHECK_FALSE(same);
}

void test_label_key() {
  const std::string text =
      "{\"label\": \"a\", \"text\": \"one\", \"kind\": \"x\"}\n"
      "{\"label\": \"b\", \"text\": \"two\", \"kind\": \"x\"}\n";
  CHECK_THROWS_WITH(load("jsonl", text, "label_key", std::string("kind")),
                    Catch::Matchers::Contains("every sequence has the label \"x\""));
}

const char* const entries = ">one|a x\nacgt\n>two|b y\nccgt\n";

void test_label_pattern() {
  CHECK_THROWS_WITH(load("fasta", ">one a\nac\n>one b\ncg\n", "label_pattern", std::string("^(one)")),
                    Catch::Matchers::Contains("every sequence has the label \"one\""));
}

void test_labels() {
  CHECK_THROWS_WITH(load("fasta", entries, "labels", std::string("beside"), "one|a\tz\ntwo|b\tz\n"),
                    Catch::Matchers::Contains("every sequence has the label \"z\""));
}

void test_fold_case() {
  const Workplace place("keys-fold");
  CHECK(load("fasta", entries, "fold_case", true).train.tokens.size() == 2);
  std::ofstream(place.root / "native") << ">1 a\nac\n>2 b\nAC\n";
  for (const bool folds : {false, true}) {
    DataConfig config;
    config.train = "native";
    config.validation_fraction = 0;
    config.tokenizer = {"whitespace", {{"lowercase", false}, {"min_count", std::int64_t{1}}}};
    config.format = {"fasta", {{"fold_case", folds}}};
    const LoadedData data =
        load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
    CHECK(data.preprocessing.vocabulary_size() == (folds ? 2 : 3));
  }
}

void test_ucr_delimiter() {
  CHECK(load("ucr", "1,2,3\n2,5\n", "delimiter", std::string(",")).train.values ==
        std::vector<float>{2, 3, 5});
}

}  // namespace

KeyTests orochi::reader_keys() {
  return {{"reader.csv.header", test_header},
          {"reader.csv.number_columns", test_number_columns},
          {"reader.csv.over_time", test_over_time},
          {"reader.csv.decimal_comma", test_decimal_comma},
          {"reader.csv.quotes", test_quotes},
          {"reader.fasttext.prefix", test_prefix},
          {"reader.jsonl.text_keys", [] { check_json_key("text_keys", Words{"words"}); }},
          {"reader.jsonl.label_key", test_label_key},
          {"reader.jsonl.weight_key", [] { check_json_key("weight_key", std::string("other")); }},
          {"reader.jsonl.group_key", [] { check_json_key("group_key", std::string("other")); }},
          {"reader.fasta.label_pattern", test_label_pattern},
          {"reader.fasta.labels", test_labels},
          {"reader.fasta.fold_case", test_fold_case},
          {"reader.ucr.delimiter", test_ucr_delimiter}};
}
