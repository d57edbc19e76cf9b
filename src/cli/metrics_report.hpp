// Metrics for people and for programs.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/metrics.hpp>

#include "inference/statistics.hpp"

namespace orochi {

constexpr std::size_t most_confusions = 20;  // listed in place of a matrix that would not be read

/// Counts, the loss and the task's metrics; below them their intervals, where there are some.
std::string figures_table(const Metrics& metrics, const std::vector<MetricInfo>& names,
                          const MetricIntervals& intervals = {});
/// The per-class table and the confusion matrix or, beyond 30 classes, the most frequent confusions. Beyond
/// 100 classes: the classes with the lowest F1, and the largest. A note comes last.
std::string class_tables(const Metrics& metrics, const std::string& note);

/// count, of rows too where each has a target, loss, the task's metrics.
nlohmann::ordered_json figures_json(const Metrics& metrics, const std::vector<MetricInfo>& names);
/// By metric.
nlohmann::ordered_json values_json(const std::vector<MetricInfo>& metrics, const std::vector<double>& values);
/// label, precision, recall, f1, support.
nlohmann::ordered_json class_json(const std::string& label, const ClassMetrics& of);
/// Where outputs are classes, classes [K] and confusions: of each cell of the confusion matrix that is not 0,
/// label, prediction and count.
nlohmann::ordered_json classes_json(const Metrics& metrics);
/// By metric [low, high]; null for what is no number.
nlohmann::ordered_json intervals_json(const MetricIntervals& intervals, const std::vector<MetricInfo>& names);

/// 0 .. K - 1.
std::vector<Index> all_classes(const Metrics& metrics);
/// Classes that have sequences, at most `most`: by rising F1, the larger first among equals; and by falling
/// support.
std::vector<Index> lowest_classes(const Metrics& metrics, std::size_t most);
std::vector<Index> largest_classes(const Metrics& metrics, std::size_t most);
/// Cells of a confusion matrix by falling count, equal ones in their order.
std::vector<Confusion> fullest_first(std::vector<Confusion> cells);
/// Those off the diagonal, by falling count.
std::vector<Confusion> errors_by_count(const Metrics& metrics);

/// One line of ASCII: what is not ASCII or is a control character comes out as \uNNNN, bytes that are not
/// UTF-8 as U+FFFD. `indent` < 0: no line feeds.
std::string dump_json(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace orochi
