// Maps and inputs as a page draws them: eight bits a number, in base64.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <orochi/recording.hpp>

#include "cli/report/data.hpp"

namespace orochi {

std::string base64(std::span<const unsigned char> bytes);

/// How many rows of a sequence can be drawn when so many maps share a page.
Index drawable_rows(Index maps);

/// layers [L] of heads [H] of {largest, map}: the first `rows` rows and columns of each map, a byte b
/// standing for largest x (b / 255)^2, so that small weights keep their digits.
nlohmann::ordered_json maps_json(std::span<const AttentionRecord> records, Index rows);

/// The first rows and channels of a numeric sequence in the units of its file: {rows, channels, of_rows,
/// of_channels, low, high, values}, a byte b standing for low + (high - low) b / 255.
nlohmann::ordered_json values_json(const Preprocessing& preprocessing, const Sequences& data, Index i,
                                   Index rows);

}  // namespace orochi
