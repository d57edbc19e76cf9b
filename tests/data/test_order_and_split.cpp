// The order of an epoch and the split of a training file, as docs/training.md says how to compute them
// elsewhere.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "catch.hpp"
#include "data/batching.hpp"
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

TEST_CASE("a split takes the documented sequences") {
  std::mt19937 random(5);
  std::vector<std::int32_t> classes{4};  // a class of one
  for (int i = 0; i < 500; ++i) classes.push_back(static_cast<std::int32_t>(random() % 4));
  for (const double fraction : {0.0, 0.001, 0.1, 0.5, 0.999})
    for (const std::uint64_t seed : {0ULL, 42ULL, 4294967295ULL}) {
      std::vector<std::uint32_t> train, validation;
      Stream stream(seed, ~std::uint64_t{0});
      for (std::int32_t k = 0; k < 5; ++k) {
        std::vector<std::uint32_t> own;
        for (std::uint32_t i = 0; i < classes.size(); ++i)
          if (classes[i] == k) own.push_back(i);
        stream.shuffle(own);
        const double n = static_cast<double>(own.size());
        double taken = std::floor(fraction * n + 0.5);
        taken = fraction == 0 || n < 2 ? 0 : std::min(std::max(taken, 1.0), n - 1);
        const auto cut = own.begin() + static_cast<std::ptrdiff_t>(taken);
        validation.insert(validation.end(), own.begin(), cut);
        train.insert(train.end(), cut, own.end());
      }
      std::sort(train.begin(), train.end());
      std::sort(validation.begin(), validation.end());
      const TrainValidation split = stratified_split(classes, 5, fraction, seed);
      INFO("fraction " << fraction << ", seed " << seed);
      CHECK(split.train == train);
      CHECK(split.validation == validation);
    }
}
