// Groups of sequences that an evaluation looks at by themselves.
#include <orochi/error.hpp>

#include "catch.hpp"
#include "cli/evaluation_report.hpp"
#include "tokenizers.hpp"

using namespace orochi;

namespace {

/// Sequences of these lengths, with token 5 everywhere.
Sequences of_lengths(const std::vector<Index>& lengths) {
  Sequences data;
  for (const Index length : lengths) {
    data.tokens.insert(data.tokens.end(), static_cast<std::size_t>(length), 5);
    data.offsets.push_back(data.offsets.back() + length);
  }
  return data;
}

}  // namespace

TEST_CASE("quarters of the data by length, each length in one of them") {
  const Sequences data = of_lengths({9, 1, 3, 3, 3, 7, 8, 2});  // sorted 1 2 | 3 3 | 3 7 | 8 9
  CHECK(groups_text("length", "accuracy", by_length(data, {1, 1, 0, 1, 0, 1, 0.5, 0})) ==
        "\n"
        "length  sequences  accuracy\n"
        "1 to 2          2    0.5000\n"
        "3               3    0.3333\n"
        "7               1    1.0000\n"
        "8 to 9          2    0.7500\n");
  CHECK(by_length(of_lengths({4, 4, 4}), {1, 0, 1}).size() == 1);
  CHECK(groups_text("length", "accuracy", by_length(of_lengths({}), {})).empty());
}

TEST_CASE("groups by share of unknown tokens, where there are some") {
  const auto tokenizer = test::make_tokenizer("word");
  Sequences data = of_lengths({10, 10, 9, 10});
  CHECK(by_unknown(data, *tokenizer, {1, 1, 1, 1}).empty());
  data.tokens[10] = tokenizer->unknown();  // one of ten
  data.tokens[20] = tokenizer->unknown();  // one of nine
  CHECK(groups_text("unknown tokens", "accuracy", by_unknown(data, *tokenizer, {1, 0, 1, 0})) ==
        "\n"
        "unknown tokens  sequences  accuracy\n"
        "none                    2    0.5000\n"
        "up to 10 %              1    0.0000\n"
        "more                    1    1.0000\n");
}
