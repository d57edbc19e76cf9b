#include "baseline/tf_idf.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <xxhash.h>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

std::uint64_t hash(std::string_view gram) { return XXH3_64bits(gram.data(), gram.size()); }

/// A text as its units one behind the other: an n-gram is what lies from the begin of one to the end of
/// another.
struct Units {
  std::string text;
  std::vector<std::size_t> begins, ends;
};

Units words_of(const std::string& lowered) {
  Units units;
  bool inside = false;
  for (std::size_t at = 0; at < lowered.size();) {
    const std::size_t begin = at;
    const char32_t c = utf8::decode(lowered, at);
    const bool of_word = c == U'_' || unicode::is_letter(c) || unicode::is_number(c);
    if (of_word && !inside) {
      if (!units.text.empty()) units.text += ' ';
      units.begins.push_back(units.text.size());
    }
    if (of_word) units.text.append(lowered, begin, at - begin);
    if (inside && !of_word) units.ends.push_back(units.text.size());
    inside = of_word;
  }
  if (inside) units.ends.push_back(units.text.size());
  return units;
}

Units characters_of(const std::string& lowered) {
  Units units;
  bool after_space = false;
  for (std::size_t at = 0; at < lowered.size();) {
    const std::size_t begin = at;
    const bool is_space = utf8::is_space(utf8::decode(lowered, at));
    if (is_space && after_space) continue;
    after_space = is_space;
    units.begins.push_back(units.text.size());
    if (is_space)
      units.text += ' ';
    else
      units.text.append(lowered, begin, at - begin);
    units.ends.push_back(units.text.size());
  }
  return units;
}

/// Hashes of all n-grams of a text, ascending.
std::vector<std::uint64_t> grams_of(std::string_view text, GramUnit unit, int longest) {
  const std::string lowered = unicode::lowered(text);
  const Units units = unit == GramUnit::word ? words_of(lowered) : characters_of(lowered);
  std::vector<std::uint64_t> grams;
  for (std::size_t i = 0; i < units.begins.size(); ++i)
    for (std::size_t j = i; j < std::min(units.ends.size(), i + as_size(longest)); ++j)
      grams.push_back(
          hash(std::string_view(units.text).substr(units.begins[i], units.ends[j] - units.begins[i])));
  std::sort(grams.begin(), grams.end());
  return grams;
}

}  // namespace

void TfIdf::fit(std::span<const std::string_view> texts, ThreadPool& pool) {
  std::vector<std::vector<std::uint64_t>> grams(texts.size());
  pool.for_each(std::ssize(texts), [&](Index i, int) {
    std::vector<std::uint64_t>& own = grams[as_size(i)] = grams_of(texts[as_size(i)], unit_, longest_);
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
  const std::vector<std::uint64_t> grams = grams_of(text, unit_, longest_);
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
  const auto found = ids_.find(hash(gram));
  return found == ids_.end() ? -1 : found->second;
}

}  // namespace orochi
