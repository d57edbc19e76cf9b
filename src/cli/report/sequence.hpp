// One sequence as a page draws it: its rows, its maps and what the model says of it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>
#include <orochi/recording.hpp>

namespace orochi {

constexpr std::size_t longest_text = 400, longest_name = 40;  // code points

/// Inert, and cut where it is longer than `most` code points.
std::string shown(const std::string& text, std::size_t most);

/// prediction, probabilities [[label, p] ...]: the largest, and the target's; and of tasks
/// whose items are rows row_labels; `outputs` [items, K].
void add_answer(nlohmann::ordered_json& json, const Task& task, std::span<const Scalar> outputs,
                const std::string& target = {});

/// rows, unknown, joined, layers, ... of sequence i, or of its first window, by what was recorded of it. A
/// page shows `sequences` of this kind, which share the room for maps. Returns how many rows are drawn.
Index add_rows(nlohmann::ordered_json& json, const Model& trained, const Sequences& data, Index i,
               std::span<const std::string> texts, std::vector<AttentionRecord> records,
               std::size_t sequences);

}  // namespace orochi
