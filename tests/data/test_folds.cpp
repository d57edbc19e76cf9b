// data.fold: which sequences are held out, and what is left of the rest.
#include <algorithm>
#include <map>
#include <set>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "data/split.hpp"
#include "tasks.hpp"
#include "temp_folder.hpp"

using namespace orochi;
using testing::TempFolder;

namespace {

/// Sequences by class in each fold. [folds][K]
std::vector<std::vector<Index>> counts_of(const std::vector<Index>& folds, Index count,
                                          const std::vector<std::int32_t>& classes, std::size_t num_classes) {
  std::vector<std::vector<Index>> counts(static_cast<std::size_t>(count), std::vector<Index>(num_classes));
  for (std::size_t i = 0; i < folds.size(); ++i)
    ++counts.at(static_cast<std::size_t>(folds[i])).at(static_cast<std::size_t>(classes[i]));
  return counts;
}

Index sum(const std::vector<Index>& counts) {
  return std::accumulate(counts.begin(), counts.end(), Index{0});
}

DataConfig config_of(Index fold, Index folds) {
  DataConfig config;
  config.train = "train.tsv";
  config.tokenizer.type = "char";
  config.fold = fold, config.folds = folds;
  return config;
}

LoadedData load_fold(const TempFolder& folder, const DataConfig& config) {
  return load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
}

/// As many sequences as they are long, so that a length names one.
std::set<Index> lengths(const Sequences& data) {
  std::set<Index> found;
  for (Index i = 0; i < data.size(); ++i) CHECK(found.insert(data.length(i)).second);
  return found;
}

}  // namespace

TEST_CASE("folds and the classes in them are equal parts, up to one", "[folds]") {
  std::vector<std::int32_t> classes;
  for (const int size : {503, 101, 44, 7, 3, 1})
    classes.insert(classes.end(), static_cast<std::size_t>(size), classes.empty() ? 0 : classes.back() + 1);
  for (const Index count : {2, 5, 10}) {
    const std::vector<Index> folds = draw_folds(classes, 6, {}, count, 42);
    std::vector<std::vector<Index>> counts = counts_of(folds, count, classes, 6);
    std::vector<Index> sizes;
    for (const std::vector<Index>& own : counts) sizes.push_back(sum(own));
    CHECK(sum(sizes) == 659);
    counts.push_back(sizes);
    for (std::size_t k = 0; k < 6; ++k) {
      const auto [least, most] = std::minmax_element(
          counts.begin(), counts.end() - 1, [&](const auto& a, const auto& b) { return a[k] < b[k]; });
      CHECK((*most)[k] - (*least)[k] <= 1);
    }
    CHECK(*std::max_element(sizes.begin(), sizes.end()) - *std::min_element(sizes.begin(), sizes.end()) <= 1);
    CHECK(draw_folds(classes, 6, {}, count, 42) == folds);
    CHECK(draw_folds(classes, 6, {}, count, 43) != folds);
  }
  CHECK(draw_folds(std::vector<std::int32_t>{0, 0}, 1, {}, 3, 1).size() == 2);
}

TEST_CASE("a group is in one fold, and folds stay about equal", "[folds]") {
  std::vector<std::int32_t> classes;
  std::vector<std::string> groups;
  for (int i = 0; i < 600; ++i) {
    classes.push_back(i * i % 3 == 0 ? 0 : 1);
    groups.push_back(i % 7 == 0 ? "" : "g" + std::to_string(i * 41 % 60));
  }
  const std::vector<Index> folds = draw_folds(classes, 2, groups, 5, 3);
  std::map<std::string, Index> fold_of;
  for (std::size_t i = 0; i < folds.size(); ++i)
    if (!groups[i].empty()) CHECK(fold_of.try_emplace(groups[i], folds[i]).first->second == folds[i]);
  CHECK(fold_of.size() == 60);
  for (const std::vector<Index>& own : counts_of(folds, 5, classes, 2)) {
    CHECK(std::abs(own[0] - 40) <= 2);  // of 200
    CHECK(std::abs(own[1] - 80) <= 2);  // of 400
  }
}

TEST_CASE("each sequence is held out once, and the rest is train and validation", "[folds]") {
  const TempFolder folder;
  std::string text;
  for (int i = 1; i <= 103; ++i) text += (i % 3 == 0 ? "a\t" : "b\t") + std::string(i, 'x') + "\n";
  folder.write("train.tsv", text);
  std::set<Index> held_out;
  for (Index fold = 1; fold <= 4; ++fold) {
    const LoadedData data = load_fold(folder, config_of(fold, 4));
    const std::set<Index> test = lengths(data.test);
    CHECK(std::abs(std::ssize(test) - 26) <= 1);
    CHECK(data.validation.size() == 8);  // a tenth of 77
    std::set<Index> all = lengths(data.train);
    all.merge(lengths(data.validation));
    all.merge(std::set(test));
    CHECK(all.size() == 103);
    for (const Index length : test) CHECK(held_out.insert(length).second);
    for (Index i = 0; i < data.train.size(); ++i)
      CHECK(data.train_location(static_cast<std::uint32_t>(i))
                .ends_with("train.tsv:" + std::to_string(data.train.length(i))));
  }
  CHECK(held_out.size() == 103);
}

TEST_CASE("a vocabulary is of what is trained on, labels are of the whole file", "[folds]") {
  const TempFolder folder;
  folder.write("train.tsv", "a\tx\na\txx\nb\ty\nb\tyy\nc\tz\n");
  for (Index fold = 1; fold <= 2; ++fold) {
    DataConfig config = config_of(fold, 2);
    config.validation_fraction = 0;
    const LoadedData data = load_fold(folder, config);
    const bool holds_c_out = data.test.size() == 3;
    CHECK(data.preprocessing.vocabulary_size() == (holds_c_out ? 3 : 4));  // [unknown], x, y, z
    const bool says_so = std::ranges::any_of(data.notes, [](const std::string& note) {
      return note.ends_with("has all sequences of 1 label: its model has never seen one");
    });
    CHECK(says_so == holds_c_out);
  }
  for (const Index fold : {1, 6})  // of each fold, before another is trained
    CHECK_THROWS_WITH(load_fold(folder, config_of(fold, 6)),
                      catch_matchers::Contains("data.folds is 6, but") &&
                          catch_matchers::Contains("train.tsv has 5 sequences; allowed: at most as many"));
}
