// Attention maps for a terminal.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/recording.hpp>

namespace orochi {

/// A record's rows by their labels, or by their numbers where a layer before it has made other rows of them.
std::vector<std::string> labels_of(const AttentionRecord& record, const std::vector<std::string>& rows);

/// The map [T, T] of one head (from 0) in shades, a line a query and a column a key, with the rows' labels on
/// both sides and the scale below. Beyond `widest` rows, neighbors share a cell (the largest of their
/// weights).
std::string draw_map(const AttentionRecord& record, Index head, const std::vector<std::string>& rows,
                     Index widest = 96);

/// A line a head: its filter's entropy in bits, how far it looks, and its strongest link.
std::string heads_table(std::span<const AttentionRecord> records, const std::vector<std::string>& rows);

}  // namespace orochi
