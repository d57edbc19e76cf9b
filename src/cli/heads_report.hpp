// An ablation for people and for programs.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "analysis/heads.hpp"

namespace orochi {

/// A line a head and one for the linear model beside the encoder, then pairs of heads with like maps.
std::string ablation_text(const Ablation& ablation, const Task& task);

/// sequences, score (the name of Task::score, a key for its value), loss, heads [L H] (layer and head from
/// 1), linear_model where there is one, similarity [L H][L H].
nlohmann::ordered_json ablation_json(const Ablation& ablation, const Task& task);

}  // namespace orochi
