#include <algorithm>
#include <set>
#include <tuple>

#include "catch.hpp"
#include "data/split.hpp"

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

TEST_CASE("a stratified split takes the fraction of the whole, spread over the classes", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({1000, 99, 3, 2, 1});
  const TrainValidation split =
      stratified_split(classes, 5, 0.1, 42);  // 111 of 1105: 100.45, 9.94, 0.30, ...
  CHECK(count(classes, split.validation, 5) == std::vector<int>{101, 10, 0, 0, 0});
  CHECK(count(classes, split.train, 5) == std::vector<int>{899, 89, 3, 2, 1});
}

TEST_CASE("small classes share the fraction: it does not become a half", "[split]") {
  const std::vector<std::int32_t> classes = classes_of(std::vector<int>(50, 2));
  const TrainValidation split = stratified_split(classes, 50, 0.1, 42);
  CHECK(split.validation.size() == 10);
  const std::vector<int> taken = count(classes, split.validation, 50);
  CHECK(std::count(taken.begin(), taken.end(), 1) == 10);
  CHECK(std::count(taken.begin(), taken.end(), 0) == 40);
  // Which ones is the seed's choice, not the alphabet's.
  CHECK(taken != count(classes, stratified_split(classes, 50, 0.1, 43).validation, 50));
  CHECK(std::count(taken.begin(), taken.begin() + 10, 1) < 10);
  CHECK(split.validation == stratified_split(classes, 50, 0.1, 42).validation);
}

TEST_CASE("counts are scikit-learn's train_test_split(stratify) where nothing is a tie", "[split]") {
  // scikit-learn 1.9.1, test_size = the nearest whole number; the same for 20 of its seeds
  const std::vector<std::tuple<std::vector<int>, double, std::vector<int>>> cases{
      {{1000, 99, 37, 12, 5}, 0.1, {100, 10, 4, 1, 0}},
      {{500, 300, 120, 60, 20}, 0.15, {75, 45, 18, 9, 3}},
      {{7, 11, 13, 17, 19, 23}, 0.2, {1, 2, 3, 3, 4, 5}},
      {std::vector<int>(50, 2), 0.5, std::vector<int>(50, 1)}};
  for (const auto& [sizes, fraction, expected] : cases) {
    const std::vector<std::int32_t> classes = classes_of(sizes);
    const TrainValidation split = stratified_split(classes, std::ssize(sizes), fraction, 5);
    CHECK(count(classes, split.validation, sizes.size()) == expected);
  }
  // Here it draws who gets the odd ones by lot: ten classes of 3 share 8, forty of 2 share 8.
  std::vector<int> threes(10, 3), twos(40, 2);
  threes.push_back(40), twos.push_back(1000);
  const std::vector<std::int32_t> of_threes = classes_of(threes), of_twos = classes_of(twos);
  CHECK(count(of_threes, stratified_split(of_threes, 11, 18.0 / 70, 1).validation, 11).back() == 10);
  CHECK(count(of_twos, stratified_split(of_twos, 41, 0.1, 1).validation, 41).back() == 100);
}

TEST_CASE("a tie goes to the larger class, and one sequence at least is taken", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({5, 95});  // 0.5 and 9.5 of 10
  CHECK(count(classes, stratified_split(classes, 2, 0.1, 1).validation, 2) == std::vector<int>{0, 10});
  CHECK(stratified_split(classes_of({2, 2}), 2, 0.01, 1).validation.size() == 1);
  CHECK(stratified_split(classes_of({1, 1, 1}), 3, 0.5, 1).validation.empty());
}

TEST_CASE("every sequence is in exactly one part, in the order of the file", "[split]") {
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

TEST_CASE("a group is never on both sides, whatever its size and classes", "[split]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<std::int32_t> classes;
    std::vector<std::string> groups;
    for (std::uint64_t i = 0; i < 300; ++i) {
      classes.push_back(static_cast<std::int32_t>((i * i + seed) % 3));
      groups.push_back(i % 7 == 0 ? "" : "g" + std::to_string((i * 41 + seed) % (20 + seed)));
    }
    const TrainValidation split = grouped_split(classes, 3, groups, 0.2, seed);
    CHECK(split.train.size() + split.validation.size() == 300);
    CHECK(std::is_sorted(split.validation.begin(), split.validation.end()));
    std::set<std::string> in_train;
    for (const std::uint32_t i : split.train) in_train.insert(groups[i]);
    in_train.erase("");
    for (const std::uint32_t i : split.validation) CHECK(in_train.count(groups[i]) == 0);
    // 43 sequences without a group make up for what whole groups leave; a group of at most 15 may go beyond.
    CHECK(split.validation.size() >= 60);
    CHECK(split.validation.size() <= 75);
    CHECK(grouped_split(classes, 3, groups, 0.2, seed).validation == split.validation);
  }
}

TEST_CASE("groups of one give the counts of a split without groups", "[split]") {
  const std::vector<std::int32_t> classes = classes_of({1000, 99, 3, 2, 1});
  const std::vector<std::string> none(classes.size());
  std::vector<std::string> own;
  for (std::size_t i = 0; i < classes.size(); ++i) own.push_back(std::to_string(i));
  for (const std::vector<std::string>& groups : {none, own}) {
    const TrainValidation split = grouped_split(classes, 5, groups, 0.1, 42);
    CHECK(count(classes, split.validation, 5) == std::vector<int>{101, 10, 0, 0, 0});
    CHECK(split.validation != grouped_split(classes, 5, groups, 0.1, 43).validation);
  }
}

TEST_CASE("groups that hold every class alike are taken until the fraction is there", "[split]") {
  std::vector<std::int32_t> classes;
  std::vector<std::string> groups;
  for (int i = 0; i < 100; ++i) classes.push_back(i % 2), groups.push_back("g" + std::to_string(i / 10));
  const TrainValidation split = grouped_split(classes, 2, groups, 0.2, 3);
  CHECK(count(classes, split.validation, 2) == std::vector<int>{10, 10});  // two groups of ten
  // Two halves: one of them is the best that there is. A group with all of a class stays in train.
  const std::vector<std::int32_t> four{0, 1, 0, 1, 2, 2};
  const std::vector<std::string> halves{"a", "a", "b", "b", "c", "c"};
  const TrainValidation half = grouped_split(four, 3, halves, 0.1, 1);
  CHECK((half.validation == std::vector<std::uint32_t>{0, 1} ||
         half.validation == std::vector<std::uint32_t>{2, 3}));
  CHECK(grouped_split(four, 3, halves, 0.0, 1).validation.empty());
  const std::vector<std::string> by_class{"a", "b", "a", "b", "c", "c"};
  CHECK(grouped_split(four, 3, by_class, 0.3, 1).validation.empty());
}
