// What a linear model of texts looks at: n-grams of a sequence's texts, hashed to buckets.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <orochi/batch.hpp>
#include <orochi/column.hpp>

#include "data/text_grams.hpp"

namespace orochi {

struct GramGroup {
  GramUnit unit;
  int longest;
};
/// Words and pairs of them, and runs of characters.
inline constexpr std::array gram_groups{GramGroup{GramUnit::word, 2}, GramGroup{GramUnit::character, 5}};
/// The same of data.text_places: runs of characters, each at its place.
inline constexpr std::array place_groups{GramGroup{GramUnit::place, 3}};

/// Appends the features of the texts [S] in rising order, one for each n-gram: of text s one from s `buckets`
/// on.
void append_text_features(std::span<const std::string_view> texts, std::span<const GramGroup> groups,
                          Index buckets, Column<std::int32_t>& features);

}  // namespace orochi
