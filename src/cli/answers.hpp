// A task's answers for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <orochi/task.hpp>

namespace orochi {

/// "ei with probability 0.983", "0.7312", "O O B-PER": nothing that a terminal would act upon.
std::string answer_text(const Task& task, const Prediction& prediction);

/// {label: ..., probabilities: {...}}; of numbers or several labels {values: [...]}, {labels: [...]}.
nlohmann::ordered_json answer_json(const Task& task, const Prediction& prediction);

/// Outputs [items, K] by name: {name: output ...}, or a list where they have no names; of rows, a list of
/// such.
nlohmann::ordered_json outputs_json(const Task& task, std::span<const Scalar> outputs);

}  // namespace orochi
