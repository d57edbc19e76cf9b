#include "cli/metrics_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/table.hpp"
#include "data/mistakes.hpp"

namespace orochi {
namespace {

constexpr std::size_t widest_matrix = 30;    // classes
constexpr std::size_t most_confusions = 20;  // lines

std::string fraction(double value) { return fmt::format("{:.4f}", value); }

std::string class_table(const Metrics& metrics, const std::vector<std::string>& labels) {
  Table table({{"class", Align::left}, {"precision"}, {"recall"}, {"F1"}, {"support"}});
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const ClassMetrics& of = metrics.classes[k];
    table.add({labels[k], fraction(of.precision), fraction(of.recall), fraction(of.f1), grouped(of.support)});
  }
  return table.text();
}

std::string confusion_matrix(const Metrics& metrics, const std::vector<std::string>& labels) {
  std::vector<Table::Column> columns{{"label \\ predicted", Align::left}};
  for (const std::string& label : labels) columns.push_back({label});
  Table table(columns);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    std::vector<std::string> cells{labels[row]};
    for (std::size_t column = 0; column < labels.size(); ++column)
      cells.push_back(grouped(metrics.confusion[row * labels.size() + column]));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string confusions(const Metrics& metrics, const std::vector<std::string>& labels) {
  std::vector<std::size_t> cells;  // of the matrix, off the diagonal, not 0
  for (std::size_t i = 0; i < metrics.confusion.size(); ++i)
    if (i / labels.size() != i % labels.size() && metrics.confusion[i] > 0) cells.push_back(i);
  std::stable_sort(cells.begin(), cells.end(),
                   [&](std::size_t a, std::size_t b) { return metrics.confusion[a] > metrics.confusion[b]; });
  Table table({{"label", Align::left}, {"predicted", Align::left}, {"sequences"}});
  for (std::size_t i = 0; i < std::min(cells.size(), most_confusions); ++i)
    table.add({labels[cells[i] / labels.size()], labels[cells[i] % labels.size()],
               grouped(metrics.confusion[cells[i]])});
  return fmt::format("most frequent confusions, {} of {}:\n", std::min(cells.size(), most_confusions),
                     cells.size()) +
         table.text();
}

}  // namespace

std::string metrics_text(const Metrics& metrics, const std::vector<std::string>& labels) {
  Table figures({{"sequences"}, {"loss"}, {"accuracy"}, {"macro F1"}, {"weighted F1"}});
  figures.add({grouped(metrics.count), fraction(metrics.loss), fraction(metrics.accuracy),
               fraction(metrics.macro_f1), fraction(metrics.weighted_f1)});
  return figures.text() + "\n" + class_table(metrics, labels) + "\n" +
         (labels.size() <= widest_matrix ? confusion_matrix(metrics, labels) : confusions(metrics, labels));
}

nlohmann::ordered_json metrics_json(const Metrics& metrics, const std::vector<std::string>& labels) {
  nlohmann::ordered_json json;
  json["count"] = metrics.count;
  json["loss"] = metrics.loss;
  json["accuracy"] = metrics.accuracy;
  json["macro_f1"] = metrics.macro_f1;
  json["weighted_f1"] = metrics.weighted_f1;
  json["classes"] = nlohmann::ordered_json::array();
  json["confusion_matrix"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const ClassMetrics& of = metrics.classes[k];
    json["classes"].push_back({{"label", labels[k]},
                               {"precision", of.precision},
                               {"recall", of.recall},
                               {"f1", of.f1},
                               {"support", of.support}});
    const auto row = metrics.confusion.begin() + static_cast<Index>(k * labels.size());
    json["confusion_matrix"].push_back(std::vector<Index>(row, row + static_cast<Index>(labels.size())));
  }
  return json;
}

std::string dump_json(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace orochi
