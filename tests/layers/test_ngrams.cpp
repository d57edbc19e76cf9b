// Rows of runs of tokens: what they depend on. Their gradient is checked with that of every layer.
#include <optional>
#include <random>
#include <set>

#include <orochi/layer.hpp>

#include "catch.hpp"
#include "layers/ngrams.hpp"

using namespace orochi;

namespace {

constexpr Index width = 4, vocabulary = 50;

/// An n-gram table of random numbers, and what it adds to rows of zeros.
struct Table {
  explicit Table(Index longest, Index buckets = 1 << 20) {
    Builder builder({}, {vocabulary, 0, 64}, layers, parameters);
    ngrams.emplace(builder, longest, buckets, width);
    parameters.allocate();
    std::mt19937 numbers(1);
    for (Scalar& number : parameters.flat()) number = static_cast<Scalar>(numbers() % 1000) / Scalar(500) - 1;
  }
  /// [N, C]
  RowMatrix added(const std::vector<std::int32_t>& tokens, const std::vector<Index>& offsets,
                  const std::vector<std::int32_t>& segments = {}, const std::vector<Index>& hidden = {}) {
    Tape tape(parameters);
    tape.begin(Mode::infer, nullptr, {});
    Batch batch;
    batch.tokens = tokens, batch.offsets = offsets, batch.segments = segments, batch.hidden = hidden;
    Var x = tape.input(std::ssize(tokens), width, false);
    x.value().setZero();
    return ngrams->add_to(x, batch).value();
  }
  Layers layers = builtin_layers();
  Parameters parameters;
  std::optional<NgramEmbedding> ngrams;
};

}  // namespace

TEST_CASE("what a row gets depends on the tokens up to it and on nothing else") {
  Table table(3);
  const RowMatrix y = table.added({7, 1, 2, 3, 9, 9, 1, 2, 3, 1, 2}, {0, 4, 9, 11});
  CHECK(y.row(0).isZero());  // no run ends at the first row of a sequence
  CHECK(y.row(4).isZero());
  CHECK(y.row(9).isZero());
  CHECK(y.row(3) == y.row(8));      // 1 2 3
  CHECK(y.row(2) != y.row(7));      // 7 1 2, 9 1 2
  CHECK(y.row(5) != y.row(6));      // 9 9, 9 9 1
  CHECK_FALSE(y.row(10).isZero());  // 1 2 alone
  CHECK(y.row(10) != y.row(2));     // there with 7 before
  CHECK(Table(3).added({2, 1}, {0, 2}).row(1) != Table(3).added({1, 2}, {0, 2}).row(1));  // an order
}

TEST_CASE("each length adds a row of its own") {
  const RowMatrix two = Table(2).added({5, 5, 5}, {0, 3}), three = Table(3).added({5, 5, 5}, {0, 3});
  CHECK(two.row(1) == two.row(2));
  CHECK(three.row(1) == two.row(1));
  CHECK(three.row(2) != two.row(2));
}

TEST_CASE("a run lies within one text and touches no hidden row") {
  Table table(3);
  const std::vector<std::int32_t> tokens{1, 2, 3, 4, 5};
  const RowMatrix whole = table.added(tokens, {0, 5});
  const RowMatrix cut = table.added(tokens, {0, 5}, {0, 0, 1, 1, 1});
  CHECK(cut.row(1) == whole.row(1));
  CHECK(cut.row(2).isZero());
  CHECK(cut.row(3) == table.added({3, 4}, {0, 2}).row(1));
  CHECK(cut.row(4) == whole.row(4));
  const RowMatrix hides = table.added(tokens, {0, 5}, {}, {1});
  CHECK(hides.row(1).isZero());
  CHECK(hides.row(2).isZero());
  CHECK(hides.row(3) == table.added({3, 4}, {0, 2}).row(1));
  CHECK(hides.row(4) == whole.row(4));
}

TEST_CASE("runs spread over the table, and share rows where it is small") {
  Table large(2), small(2, 2);
  std::set<std::vector<Scalar>> rows, few;
  for (std::int32_t a = 0; a < vocabulary; ++a)
    for (std::int32_t b = 0; b < vocabulary; ++b) {
      const auto row = [&](Table& table) {
        const RowMatrix y = table.added({a, b}, {0, 2});
        return std::vector<Scalar>(y.row(1).begin(), y.row(1).end());
      };
      rows.insert(row(large));
      few.insert(row(small));
    }
  CHECK(rows.size() > 2490);  // of 2,500; of 2^20 buckets about 3 collide
  CHECK(few.size() == 2);
}
