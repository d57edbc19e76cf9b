#include "data/text_features.hpp"

#include <algorithm>

#include "core/mix.hpp"

namespace orochi {

void append_text_features(std::span<const std::string_view> texts, std::span<const GramGroup> groups,
                          Index buckets, Column<std::int32_t>& features) {
  const auto size = std::ssize(features);
  for (std::size_t s = 0; s < texts.size(); ++s)
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (const std::uint64_t hash : grams_of(texts[s], groups[g].unit, groups[g].longest)) {
        const std::uint64_t bucket =
            mix(hash, static_cast<std::uint32_t>(g)) % static_cast<std::uint64_t>(buckets);
        features.push_back(
            static_cast<std::int32_t>(static_cast<Index>(s) * buckets + static_cast<Index>(bucket)));
      }
  std::sort(features.begin() + size, features.end());
}

}  // namespace orochi
