#include "data/split.hpp"

#include <algorithm>

#include "catch.hpp"

namespace {

using namespace orochi;

/// `counts[k]` sequences of class k, sorted by class.
std::vector<std::int32_t> classes_of(const std::vector<int>& counts) {
  std::vector<std::int32_t> classes;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    classes.insert(classes.end(), static_cast<std::size_t>(counts[k]), static_cast<std::int32_t>(k));
  }
  return classes;
}

std::vector<int> count(const std::vector<std::int32_t>& classes, const std::vector<std::uint32_t>& rows,
                       std::size_t num_classes) {
  std::vector<int> counts(num_classes, 0);
  for (const std::uint32_t i : rows) ++counts[static_cast<std::size_t>(classes[i])];
  return counts;
}

}  // namespace

TEST_CASE("a stratified split takes the fraction of each class", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({1000, 99, 3, 2, 1});
  const TrainValidation split = stratified_split(classes, 5, 0.1, 42);
  CHECK(count(classes, split.validation, 5) == std::vector<int>{100, 10, 1, 1, 0});
  CHECK(count(classes, split.train, 5) == std::vector<int>{900, 89, 2, 1, 1});
}

TEST_CASE("every sequence stands in exactly one part, in the order of the file", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({50, 30, 20});
  const TrainValidation split = stratified_split(classes, 3, 0.3, 7);
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.validation.begin(), split.validation.end()));
  std::vector<std::uint32_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  CHECK(all.size() == 100);
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("however large the fraction, a class with two sequences keeps one in train", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({10, 2, 1});
  CHECK(count(classes, stratified_split(classes, 3, 0.99, 1).train, 3) == std::vector<int>{1, 1, 1});
  CHECK(stratified_split(classes, 3, 0.0, 1).validation.empty());
}

TEST_CASE("a split depends on its seed alone, and is not the head of the file", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({200, 200});
  const TrainValidation split = stratified_split(classes, 2, 0.1, 42);
  CHECK(split.validation == stratified_split(classes, 2, 0.1, 42).validation);
  CHECK(split.validation != stratified_split(classes, 2, 0.1, 43).validation);
  const std::vector<std::uint32_t> golden(split.validation.begin(), split.validation.begin() + 5);
  CHECK(golden == std::vector<std::uint32_t>{5, 12, 16, 21, 24});
}
