// The order of an epoch and the split of a training file, as docs/training.md says how to compute them
// elsewhere.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include <orochi/batching.hpp>

#include "catch.hpp"
#include "data/split.hpp"

using namespace orochi;

namespace {

/// SplitMix64, written once more.
struct Stream {
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  Stream(std::uint64_t seed, std::uint64_t n) : state(mix(mix(seed) + n)) {}
  void shuffle(std::vector<std::uint32_t>& elements) {
    for (std::uint64_t i = elements.size(); i >= 2; --i) {
      state += 0x9E3779B97F4A7C15;
      const std::uint64_t below = (mix(state) >> 32) * i >> 32;
      std::swap(elements[i - 1], elements[below]);
    }
  }
  std::uint64_t state;
};

}  // namespace

TEST_CASE("SplitMix64 gives the numbers published for it") {
  std::uint64_t state = 1234567;  // of the reference implementation, by Rosetta Code
  for (const std::uint64_t expected :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL})
    CHECK(Stream::mix(state += 0x9E3779B97F4A7C15) == expected);
}

TEST_CASE("the order of an epoch is the documented shuffle") {
  for (const Index size : {0, 1, 2, 3, 100, 4567})
    for (const std::uint64_t seed : {0ULL, 42ULL, 4294967295ULL})
      for (const std::uint64_t epoch : {0ULL, 1ULL, 77ULL}) {
        std::vector<std::uint32_t> expected(static_cast<std::size_t>(size));
        std::iota(expected.begin(), expected.end(), 0u);
        Stream(seed, epoch).shuffle(expected);
        CHECK(epoch_order(size, seed, epoch) == expected);
      }
}

namespace {

/// How many sequences of each class [K] are for validation, as docs/training.md says it.
std::vector<std::size_t> documented_counts(const std::vector<std::size_t>& sizes, double fraction,
                                           const std::vector<std::uint32_t>& shuffled) {
  const std::size_t all = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  if (fraction == 0) return std::vector<std::size_t>(sizes.size(), 0);
  const auto total =
      static_cast<std::size_t>(std::max(1.0, std::floor(fraction * static_cast<double>(all) + 0.5)));
  std::vector<std::size_t> counts;
  for (const std::size_t n : sizes) counts.push_back(std::min(total * n / all, n - 1));
  // One more at a time, to the best class of a round that has not had its turn.
  std::set<std::uint32_t> waiting;
  for (std::size_t left = total - std::accumulate(counts.begin(), counts.end(), std::size_t{0}); left > 0;) {
    if (waiting.empty()) waiting = {shuffled.begin(), shuffled.end()};
    const auto rank = [&](std::uint32_t k) {
      const auto place = std::find(shuffled.begin(), shuffled.end(), k) - shuffled.begin();
      return std::tuple(total * sizes[k] % all, sizes[k], -place);
    };
    const std::uint32_t best = *std::max_element(
        waiting.begin(), waiting.end(), [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
    waiting.erase(best);
    if (counts[best] + 1 >= sizes[best]) continue;
    ++counts[best], --left;
  }
  return counts;
}

}  // namespace

TEST_CASE("a split takes the documented sequences") {
  std::mt19937 random(5);
  std::vector<std::int32_t> classes{4};  // a class of one
  for (int i = 0; i < 500; ++i) classes.push_back(static_cast<std::int32_t>(random() % 4));
  for (std::int32_t k = 5; k < 25; ++k) classes.insert(classes.end(), 2, k);  // ties
  for (const double fraction : {0.0, 0.001, 0.1, 0.5, 0.9})
    for (const std::uint64_t seed : {0ULL, 42ULL, 4294967295ULL}) {
      std::vector<std::vector<std::uint32_t>> members(25);
      for (std::uint32_t i = 0; i < classes.size(); ++i)
        members[static_cast<std::size_t>(classes[i])].push_back(i);
      Stream stream(seed, ~std::uint64_t{0});
      std::vector<std::size_t> sizes;
      for (std::vector<std::uint32_t>& own : members) {
        stream.shuffle(own);
        sizes.push_back(own.size());
      }
      std::vector<std::uint32_t> shuffled(25);
      std::iota(shuffled.begin(), shuffled.end(), 0u);
      stream.shuffle(shuffled);
      const std::vector<std::size_t> counts = documented_counts(sizes, fraction, shuffled);
      std::vector<std::uint32_t> train, validation;
      for (std::size_t k = 0; k < members.size(); ++k) {
        const auto cut = members[k].begin() + static_cast<std::ptrdiff_t>(counts[k]);
        validation.insert(validation.end(), members[k].begin(), cut);
        train.insert(train.end(), cut, members[k].end());
      }
      std::sort(train.begin(), train.end());
      std::sort(validation.begin(), validation.end());
      const TrainValidation split = stratified_split(classes, 25, fraction, seed);
      INFO("fraction " << fraction << ", seed " << seed);
      CHECK(split.train == train);
      CHECK(split.validation == validation);
    }
}
