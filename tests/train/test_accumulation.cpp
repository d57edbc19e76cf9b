// Gradients of several micro-batches: their sum, what it takes of memory, and what it loses of digits.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "heap.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

constexpr Index vocabulary = 50, longest = 40, classes = 3;

/// A model in training on batches of its data, one after another.
struct Training {
  Training(Config c, Sequences d, int threads)
      : config(std::move(c)),
        data(std::move(d)),
        model(config, {vocabulary, 0, longest}, classes, builtin_layers()),
        task(class_task(classes)),
        stepper(model, config.train, threads),
        updater(builtin().optimizers.make(config.train.optimizer), model.parameters()) {
    model.parameters().initialize(4);
  }
  /// Of the whole data in micro-batches of `size` sequences.
  Gradient gradient(Index size, std::uint32_t step = 0) {
    Gradient result = stepper.gradient();
    const std::vector<std::uint32_t> rows = epoch_order(data.size(), 5, step);
    for (Index at = 0; at < data.size(); at += size) {
      const auto count = static_cast<std::size_t>(std::min(size, data.size() - at));
      const Batch batch = storage.gather(data, std::span(rows).subspan(static_cast<std::size_t>(at), count));
      result.add(batch, *task, static_cast<double>(data.size()), {5, step});
    }
    return result;
  }
  Config config;
  Sequences data;
  Classifier model;
  std::unique_ptr<Task> task;
  Stepper stepper;
  Updater updater;
  BatchStorage storage;
};

Config config_of(const char* positions) {
  Config config = small_config();
  config.model.positions = positions;
  return config;
}

/// Bytes of the heap that an update of so many micro-batches, each of the same 8 sequences, keeps.
double kept_by(Index micro_batches) {
  const Sequences data = random_sequences(8, longest, vocabulary, 0, classes, 1);
  Training training(config_of("none"), data, 1);
  std::vector<std::uint32_t> rows(8);
  std::iota(rows.begin(), rows.end(), 0U);
  const double before = heap_in_use();
  Gradient gradient = training.stepper.gradient();
  for (Index i = 0; i < micro_batches; ++i)
    gradient.add(training.storage.gather(training.data, rows), *training.task, 8, {1, 1});
  return heap_in_use() - before;
}

/// The largest difference of two gradients, as a share of the largest number in them.
double difference(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
    apart = std::max(apart, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return apart / largest;
}

/// A table of rows without a model, and the gradients of some shards of it.
struct Table {
  Table(Index rows, Index cols, Index count) {
    const std::string names[] = {"table"};
    id = parameters.add(names, {rows, cols}, Init::zeros(), Use::lookup);
    parameters.allocate();
    for (Index i = 0; i < count; ++i) shards.push_back(std::make_unique<Gradients>(parameters));
  }
  GradientSum sum() const {
    std::vector<Gradients*> all;
    for (const std::unique_ptr<Gradients>& shard : shards) all.push_back(shard.get());
    return GradientSum(parameters, all);
  }
  Parameters parameters;
  Parameter id;
  std::vector<std::unique_ptr<Gradients>> shards;
};

}  // namespace

TEST_CASE("an update of many micro-batches takes the memory of one and of a row an id") {
  if (!heap_is_counted()) return;
  const double table = static_cast<double>(vocabulary * 32) * sizeof(Scalar);
  const double one = kept_by(1);
  for (const Index count : {2, 16, 256}) {
    INFO(count << " micro-batches");
    CHECK(kept_by(count) <= one + table + 8192);  // and the ids
  }
}

TEST_CASE("micro-batches give the gradient of one large batch") {
  const Sequences data = random_sequences(40, longest, vocabulary, 0, classes, 3);
  Training whole(small_config(), data, 2), parts(small_config(), data, 2);
  const std::vector<Scalar> expected = whole.gradient(40).flat();
  for (const Index size : {20, 7, 1}) {
    INFO(size << " sequences a micro-batch");
    CHECK(difference(expected, parts.gradient(size).flat()) < 3e-6);
  }
}

TEST_CASE("thousands of shards, most of them empty, give the gradient of one") {
  const Sequences data = random_sequences(40, longest, vocabulary, 0, classes, 3);
  Config one = small_config(), many = small_config();
  one.train.shards = 1;
  many.train.shards = 5000;
  Training whole(one, data, 2), parts(many, data, 2);
  const std::vector<Scalar> expected = whole.gradient(40).flat();
  CHECK(difference(expected, parts.gradient(40).flat()) < 3e-6);
}

TEST_CASE("an update begins without the rows of the one before") {
  const Sequences data = random_sequences(12, longest, vocabulary, 0, classes, 3);
  Training fresh(small_config(), data, 1), used(small_config(), data, 1);
  used.gradient(3, 2);
  CHECK(used.gradient(4, 7).flat() == fresh.gradient(4, 7).flat());
}

TEST_CASE("micro-batches give the same weights on 1 to 4 threads") {
  const Sequences data = random_sequences(40, longest, vocabulary, 0, classes, 8);
  std::vector<Scalar> expected;
  for (const int threads : {1, 2, 3, 4}) {
    Training training(small_config(), data, threads);
    for (std::uint32_t step = 0; step < 4; ++step) {
      Gradient gradient = training.gradient(11, step);
      gradient.clip(training.config.train.max_grad_norm);
      training.updater.update(std::move(gradient), 1e-2);
    }
    const std::span<const Scalar> flat = training.model.parameters().flat();
    if (threads == 1) expected.assign(flat.begin(), flat.end());
    CHECK(std::equal(flat.begin(), flat.end(), expected.begin()));
  }
}

TEST_CASE("merged rows are counted with those of the last micro-batch, each for its own id") {
  Table table(5, 70, 3);  // 70 columns: more than one block of the kernel's, and a rest
  GradientSum sum = table.sum();
  std::vector<double> expected(5 * 70);
  const std::vector<ParameterRange> ranges = parameter_ranges(table.parameters, 140);
  REQUIRE(ranges.size() == 3);
  for (Index micro = 0; micro < 4; ++micro) {
    if (micro > 0) {
      sum.begin_merge();
      for (const ParameterRange& range : ranges) sum.merge(range);
      sum.end_merge();
      for (const std::unique_ptr<Gradients>& shard : table.shards)
        CHECK(shard->rows(table.id.id).ids.empty());
    }
    for (Index shard = 0; shard < 3; ++shard) {
      const std::int32_t id = static_cast<std::int32_t>((2 * micro + shard * shard) % 4);  // never 4
      std::vector<Scalar> row(70);
      for (std::size_t j = 0; j < 70; ++j) {
        row[j] = static_cast<Scalar>(100 * micro + 10 * shard) + static_cast<Scalar>(j);
        expected[static_cast<std::size_t>(id) * 70 + j] += static_cast<double>(row[j]);
      }
      table.shards[static_cast<std::size_t>(shard)]->add_rows(table.id, {&id, 1}, row.data());
    }
  }
  const std::vector<Scalar> result = sum.flat();  // whole numbers: nothing is rounded
  double squares = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) squares += expected[i] * expected[i];
  CHECK(std::equal(expected.begin(), expected.end(), result.begin(),
                   [](double a, Scalar b) { return a == static_cast<double>(b); }));
  std::vector<Scalar> scratch(140);
  sum.begin();
  for (const ParameterRange& range : ranges) norm += sum.reduce(range, scratch.data());
  CHECK(std::abs(norm / squares - 1) < 1e-12);
}

TEST_CASE("a token that occurs a million times keeps its digits") {
  constexpr Index c = 3, each = 250'000;
  Table table(2, c, 4);
  const std::vector<std::int32_t> ids(1000, 1);
  std::vector<Scalar> rows;
  for (std::size_t i = 0; i < ids.size(); ++i) rows.insert(rows.end(), {0.1F, -3e-5F, 1.7F});
  for (const std::unique_ptr<Gradients>& shard : table.shards)
    for (Index i = 0; i < each; i += 1000) shard->add_rows(table.id, ids, rows.data());
  const std::vector<Scalar> result = table.sum().flat();
  for (std::size_t j = 0; j < c; ++j) {
    const double expected = 1e6 * static_cast<double>(rows[j]);
    CHECK(std::abs(static_cast<double>(result[c + j]) / expected - 1) < 1e-6);
    CHECK(result[j] == 0);
  }
}
