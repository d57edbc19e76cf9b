// Tables of places: made as far as sequences reach, the same whoever reaches first.
#include <cmath>
#include <limits>
#include <thread>

#include <orochi/error.hpp>
#include <orochi/layer.hpp>
#include <orochi/rotary.hpp>

#include "catch.hpp"
#include "layers/embedding.hpp"

using namespace orochi;

namespace {

/// Row t holds 1000 t, 1000 t + 1, ...; counts the rows it was asked for.
struct Counted {
  explicit Counted(Index places, Index width)
      : table(places, width, [this, width](Index first, Index count, Scalar* rows) {
          made += count;
          for (Index i = 0; i < count * width; ++i)
            rows[i] = static_cast<Scalar>(1000 * (first + i / width) + i % width);
        }) {}
  std::atomic<Index> made{0};
  PositionTable table;
};

/// Whether the pieces are the places 0 .. length - 1, each once and in order, with their rows.
bool right(const PositionTable& table, Index length, Index width) {
  Index next = 0;
  bool good = true;
  table.each_piece(length, [&](Index first, Index count, const Scalar* rows) {
    good = good && first == next && count > 0;
    for (Index i = 0; i < count * width; ++i)
      good = good && rows[i] == static_cast<Scalar>(1000 * (first + i / width) + i % width);
    next = first + count;
  });
  return good && next == length;
}

/// One sequence of rows on a tape.
struct OneSequence {
  explicit OneSequence(Index length, Index cols) : offsets{0, length}, samples{0} {
    parameters.allocate();
    tape = std::make_unique<Tape>(parameters, "eigen");
    tape->begin(Mode::infer, nullptr, {});
    x = std::make_unique<Var>(tape->input(length, cols));
    for (Index i = 0; i < length * cols; ++i) x->data()[i] = std::sin(static_cast<Scalar>(i));
    batch.offsets = offsets;
    batch.samples = samples;
  }
  std::vector<Index> offsets;
  std::vector<std::uint32_t> samples;
  Parameters parameters;
  std::unique_ptr<Tape> tape;
  std::unique_ptr<Var> x;
  Batch batch;
};

}  // namespace

TEST_CASE("a table of places is made as far as sequences reach") {
  constexpr Index width = 3;
  Counted counted(std::numeric_limits<Index>::max() / 4, width);
  CHECK(counted.made == 0);
  for (const Index length : {1, 255, 256, 257, 1, 5000, 1024, 3}) {
    INFO(length << " rows");
    CHECK(right(counted.table, length, width));
  }
  CHECK(counted.made >= 5000);
  CHECK(counted.made <= 10000);
  CHECK(counted.table.bytes(5000) == static_cast<double>(counted.made * width) * sizeof(Scalar));
  CHECK(right(counted.table, 0, width));
}

TEST_CASE("a table of places ends with them") {
  Counted counted(300, 2);
  CHECK(right(counted.table, 300, 2));
  CHECK(counted.made == 300);
  CHECK(counted.table.bytes(1000) == 600.0 * sizeof(Scalar));
  CHECK_THROWS_AS(right(counted.table, 301, 2), Error);
}

TEST_CASE("the piece of a table with wide rows is short") {
  Counted counted(1000, 1'000'000);
  CHECK(counted.table.bytes(1) == 1e6 * sizeof(Scalar));
  CHECK(counted.table.bytes(3) == 4e6 * sizeof(Scalar));
}

TEST_CASE("threads that reach a place at once make it once") {
  for (int round = 0; round < 20; ++round) {
    Counted counted(100'000, 1);
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (Index i = 0; i < 4; ++i)
      threads.emplace_back([&, i] { good += right(counted.table, 3000 + 500 * i, 1) ? 1 : 0; });
    for (std::thread& thread : threads) thread.join();
    CHECK(good == 4);
    CHECK(counted.made == 8192);
  }
}

TEST_CASE("rows far in a sequence are turned by their own place") {
  constexpr Index d = 6, width = 2 * d, length = 2500;
  OneSequence sequence(length, 3 * width);
  const Rotary rotary(Index{1} << 40, d);
  const Var y = rotary.turn(*sequence.x, 2, sequence.batch);
  double largest = 0;
  for (Index t = 0; t < length; ++t)
    for (Index j = 0; j < 2 * width; j += 2) {
      const double angle =
          static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(j % d) / static_cast<double>(d));
      const double a = sequence.x->value()(t, j), b = sequence.x->value()(t, j + 1);
      largest = std::max({largest, std::abs(y.value()(t, j) - (a * std::cos(angle) - b * std::sin(angle))),
                          std::abs(y.value()(t, j + 1) - (a * std::sin(angle) + b * std::cos(angle)))});
    }
  CHECK(largest < 1e-11);
}

TEST_CASE("rows far in a sequence get the sines of their own place") {
  constexpr Index c = 6, length = 2500;
  Config config;
  config.model.d_model = c;
  Parameters none;
  const Layers registry = builtin_layers();
  Builder builder(config, {11, 0, Index{1} << 40}, registry, none);
  const SinusoidalPositions positions(builder);
  OneSequence sequence(length, c);
  const Var y = positions.forward({*sequence.x, sequence.batch}).values;
  double largest = 0;
  for (Index t = 0; t < length; ++t)
    for (Index j = 0; j < c; ++j) {
      const double angle =
          static_cast<double>(t) / std::pow(10000.0, static_cast<double>(j / 2 * 2) / static_cast<double>(c));
      const double expected =
          sequence.x->value()(t, j) + std::sqrt(2.0 / c) * (j % 2 == 0 ? std::sin(angle) : std::cos(angle));
      largest = std::max(largest, std::abs(y.value()(t, j) - expected));
    }
  CHECK(largest < 1e-11);
}

TEST_CASE("layers of one model share a table, and heads of other widths do not") {
  Config config;
  Parameters none;
  const Layers registry = builtin_layers();
  Builder builder(config, {11, 0, 100}, registry, none);
  const Rotary first(builder, 8), second(builder, 8);
  CHECK(builder.position_tables().size() == 1);
  const Rotary other(builder, 4);
  CHECK(builder.position_tables().size() == 2);
  builder.set_max_length(200);  // a layer in between makes sequences longer
  const Rotary longer(builder, 8);
  CHECK(builder.position_tables().size() == 3);
  CHECK_THROWS_AS(Rotary(builder, 3), Error);
}
