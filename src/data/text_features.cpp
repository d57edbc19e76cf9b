#include "data/text_features.hpp"

namespace orochi {

void append_text_features(std::span<const std::string_view> texts, Index buckets,
                          Column<std::int32_t>& features) {
  Index first = 0;
  for (const std::string_view text : texts)
    for (const GramGroup& group : gram_groups) {
      for (const std::uint64_t hash : grams_of(text, group.unit, group.longest))
        features.push_back(static_cast<std::int32_t>(
            first + static_cast<Index>(hash % static_cast<std::uint64_t>(buckets))));
      first += buckets;
    }
}

}  // namespace orochi
