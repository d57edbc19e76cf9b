// Shards whose dense gradients are added as they finish: the bits of a sum at the end, in less memory.
#include <numeric>
#include <random>
#include <set>

#include "catch.hpp"
#include "train/shard_tree.hpp"

using namespace orochi;

namespace {

constexpr Index rows = 3, cols = 7;

/// Some shards of a model of two dense parameters, in memory that they share.
struct Shards {
  explicit Shards(Index count) {
    const std::string first[] = {"first"}, second[] = {"second"};
    one = parameters.add(first, {rows, cols}, Init::zeros(), Use::product);
    two = parameters.add(second, {1, cols}, Init::zeros(), Use::vector);
    parameters.allocate();
    const auto memory = std::make_shared<GradientMemory>(parameters.dense_size(), count);
    for (Index i = 0; i < count; ++i) {
      owned.push_back(std::make_unique<Gradients>(parameters, memory));
      all.push_back(owned.back().get());
    }
  }
  /// Numbers whose sum depends on the order; of the second parameter in every third shard only.
  void run(Index shard) {
    std::mt19937 random(static_cast<unsigned>(shard));
    std::uniform_real_distribution<double> exponent(-9, 9);
    const auto fill = [&](Parameter p) {
      Scalar* numbers = all[as_size(shard)]->target(p).data;
      std::generate_n(numbers, p.rows * p.cols,
                      [&] { return static_cast<Scalar>(std::exp2(exponent(random))); });
    };
    fill(one);
    if (shard % 3 == 2) fill(two);
    rooms.insert(all[as_size(shard)]->dense());
  }
  std::vector<Scalar> sum() { return GradientSum(parameters, all).flat(); }

  Parameters parameters;
  Parameter one, two;
  std::vector<std::unique_ptr<Gradients>> owned;
  std::vector<Gradients*> all;
  std::set<Scalar*> rooms;  // that were in use
};

std::vector<Scalar> summed_at_the_end(Index count) {
  Shards shards(count);
  for (Index i = 0; i < count; ++i) shards.run(i);
  return shards.sum();
}

}  // namespace

TEST_CASE("shards that are added as they finish give the bits of those that are added at the end") {
  std::mt19937 random(1);
  for (const Index count : {1, 2, 3, 5, 6, 8, 13}) {
    const std::vector<Scalar> expected = summed_at_the_end(count);
    for (const int threads : {1, 2, 3, 8, 16}) {
      INFO(count << " shards, " << threads << " threads");
      std::vector<Index> order(as_size(count));
      std::iota(order.begin(), order.end(), Index{0});
      for (int trial = 0; trial < 5; ++trial) {
        Shards shards(count);
        ShardTree tree(shards.all, shards.parameters, threads);
        tree.begin(count);
        for (Index i = 0; i < count; ++i) shards.run(i);
        for (const Index i : order) tree.finished(i, nullptr);
        if (trial == 4) tree.add_rest();
        CHECK(shards.sum() == expected);
        std::shuffle(order.begin(), order.end(), random);
      }
    }
  }
}

TEST_CASE("shards that finish in order take one room a level of the tree") {
  for (const Index count : {1, 2, 8, 16}) {
    Shards shards(count);
    ShardTree tree(shards.all, shards.parameters, 1);
    for (int batch = 0; batch < 3; ++batch) {
      for (Gradients* shard : shards.all) shard->clear();
      tree.begin(count);
      for (Index i = 0; i < count; ++i) {
        shards.run(i);
        tree.finished(i, nullptr);
      }
    }
    CHECK(std::ssize(shards.rooms) == ShardTree::rooms(count, 1));
    CHECK(shards.sum() == summed_at_the_end(count));
  }
}

TEST_CASE("shards without sequences are left out") {
  Shards shards(8);
  ShardTree tree(shards.all, shards.parameters, 2);
  tree.begin(3);
  for (Index i = 0; i < 3; ++i) shards.run(i);
  for (Index i = 2; i >= 0; --i) tree.finished(i, nullptr);
  CHECK(shards.sum() == summed_at_the_end(3));
}
