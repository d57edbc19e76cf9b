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
  for (std::size_t label = 0; label < labels.size(); ++label) {
    std::vector<std::string> cells{labels[label]};
    for (const Index count : metrics.confusion_row(static_cast<Index>(label)))
      cells.push_back(grouped(count));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string most_frequent_confusions(const Metrics& metrics, const std::vector<std::string>& labels) {
  std::vector<Confusion> wrong = metrics.confusions;
  std::erase_if(wrong, [](const Confusion& cell) { return cell.label == cell.prediction; });
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  const std::size_t all = wrong.size();
  wrong.resize(std::min(all, most_confusions));
  Table table({{"label", Align::left}, {"predicted", Align::left}, {"sequences"}});
  for (const Confusion& cell : wrong)
    table.add({labels[static_cast<std::size_t>(cell.label)],
               labels[static_cast<std::size_t>(cell.prediction)], grouped(cell.count)});
  return fmt::format("most frequent confusions, {} of {}:\n", wrong.size(), all) + table.text();
}

}  // namespace

std::string metrics_text(const Metrics& metrics, const std::vector<std::string>& labels) {
  Table figures({{"sequences"}, {"loss"}, {"accuracy"}, {"macro F1"}, {"weighted F1"}});
  figures.add({grouped(metrics.count), fraction(metrics.loss), fraction(metrics.accuracy),
               fraction(metrics.macro_f1), fraction(metrics.weighted_f1)});
  return figures.text() + "\n" + class_table(metrics, labels) + "\n" +
         (labels.size() <= widest_matrix ? confusion_matrix(metrics, labels)
                                         : most_frequent_confusions(metrics, labels));
}

nlohmann::ordered_json metrics_json(const Metrics& metrics, const std::vector<std::string>& labels) {
  nlohmann::ordered_json json;
  json["count"] = metrics.count;
  json["loss"] = metrics.loss;
  json["accuracy"] = metrics.accuracy;
  json["macro_f1"] = metrics.macro_f1;
  json["weighted_f1"] = metrics.weighted_f1;
  json["classes"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const ClassMetrics& of = metrics.classes[k];
    json["classes"].push_back({{"label", labels[k]},
                               {"precision", of.precision},
                               {"recall", of.recall},
                               {"f1", of.f1},
                               {"support", of.support}});
  }
  return json;
}

nlohmann::ordered_json confusion_matrix_json(const Metrics& metrics) {
  auto json = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < metrics.classes.size(); ++k)
    json.push_back(metrics.confusion_row(static_cast<Index>(k)));
  return json;
}

std::string dump_json(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace orochi
