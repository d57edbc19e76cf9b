#include "baseline/tf_idf.hpp"

#include <algorithm>
#include <cmath>

#include "core/as_size.hpp"

namespace orochi {
void TfIdf::fit(std::span<const std::string_view> texts, ThreadPool& pool) {
  std::vector<std::vector<std::uint64_t>> grams(texts.size());
  pool.for_each(std::ssize(texts), [&](Index i, int) {
    std::vector<std::uint64_t>& own = grams[as_size(i)] = grams_of(texts[as_size(i)], unit_, longest_);
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
  });
  std::vector<std::uint64_t> all;
  for (std::vector<std::uint64_t>& own : grams) {
    all.insert(all.end(), own.begin(), own.end());
    own = {};
  }
  std::sort(all.begin(), all.end());
  const auto count = static_cast<double>(texts.size());
  for (std::size_t i = 0, end = 0; i < all.size(); i = end) {
    while (end < all.size() && all[end] == all[i]) ++end;
    if (end - i < least_documents_) continue;
    ids_.emplace(all[i], static_cast<std::int32_t>(idf_.size()));
    idf_.push_back(1 + std::log((1 + count) / (1 + static_cast<double>(end - i))));
  }
}

void TfIdf::append(std::string_view text, Index first, std::vector<feature_node>& nodes) const {
  std::vector<std::uint64_t> grams = grams_of(text, unit_, longest_);
  std::sort(grams.begin(), grams.end());
  const std::size_t begin = nodes.size();
  double squares = 0;
  for (std::size_t i = 0, end = 0; i < grams.size(); i = end) {  // ids rise with the hashes
    while (end < grams.size() && grams[end] == grams[i]) ++end;
    const auto found = ids_.find(grams[i]);
    if (found == ids_.end()) continue;
    const double value = (1 + std::log(static_cast<double>(end - i))) * idf_[as_size(found->second)];
    squares += value * value;
    nodes.push_back({static_cast<int>(first) + found->second, value});
  }
  for (std::size_t i = begin; i < nodes.size(); ++i) nodes[i].value /= std::sqrt(squares);
}

Index TfIdf::find(std::string_view gram) const {
  const auto found = ids_.find(gram_hash(gram));
  return found == ids_.end() ? -1 : found->second;
}

}  // namespace orochi
