// Texts as weighed counts of their n-grams.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "baseline/features.hpp"
#include "core/thread_pool.hpp"
#include "data/text_grams.hpp"

namespace orochi {

/// TF-IDF as scikit-learn's TfidfVectorizer defines it: an n-gram that comes `tf` times in a text and in `df`
/// of N training texts has (1 + ln tf) (1 + ln((1 + N) / (1 + df))), and a text's numbers are divided by the
/// root of their sum of squares (sublinear_tf, smooth_idf, norm = "l2").
class TfIdf {
 public:
  /// N-grams of 1 to `longest` units that are in at least so many training texts.
  TfIdf(GramUnit unit, int longest, std::uint32_t least_documents)
      : unit_(unit), longest_(longest), least_documents_(least_documents) {}

  void fit(std::span<const std::string_view> texts, ThreadPool& pool);
  Index width() const { return static_cast<Index>(idf_.size()); }
  /// Appends the text's nodes by ascending index, the first feature having `first`.
  void append(std::string_view text, Index first, std::vector<feature_node>& nodes) const;
  /// The feature of an n-gram, words with a blank between; -1 where there is none.
  Index find(std::string_view gram) const;

 private:
  GramUnit unit_;
  int longest_;
  std::uint32_t least_documents_;
  // N-grams are known by 64 bits of their hash: of ten million, two fall together once in 400,000 data sets.
  std::unordered_map<std::uint64_t, std::int32_t> ids_;
  std::vector<double> idf_;
};

}  // namespace orochi
