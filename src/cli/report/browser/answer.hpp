// What a page answers to a text that is typed into it.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>

namespace orochi {

struct HeadAt {
  Index layer = 0, head = 0;  // from 0
};

/// The answer to `texts` [S], with some heads' outputs zeros, as `ablate` switches them off: outputs [items,
/// K], prediction, probabilities, rows and maps, as a report's sequences have them; `all_heads`: prediction
/// and probabilities with none off; `unknown_note`: what `predict` says of tokens that are unknown, or "";
/// `attention`: the numbers of the attention layers whose maps there are.
nlohmann::ordered_json browser_answer(const Model& model, std::span<const std::string> texts,
                                      std::span<const HeadAt> off);

}  // namespace orochi
