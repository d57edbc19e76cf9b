// Metrics for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "train/metrics.hpp"

namespace orochi {

/// Figures, the per-class table, and the confusion matrix or, beyond 30 classes, the most frequent
/// confusions.
std::string metrics_text(const Metrics& metrics, const std::vector<std::string>& labels);

/// count, loss, accuracy, macro_f1, weighted_f1, classes [K].
nlohmann::ordered_json metrics_json(const Metrics& metrics, const std::vector<std::string>& labels);
/// [K][K], a row a label.
nlohmann::ordered_json confusion_matrix_json(const Metrics& metrics);

/// One line of ASCII: what is not ASCII or is a control character comes out as \uNNNN, bytes that are not
/// UTF-8 as U+FFFD. `indent` < 0: no line feeds.
std::string dump_json(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace orochi
