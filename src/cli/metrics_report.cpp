#include "cli/metrics_report.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr std::size_t widest_matrix = 30;                    // classes
constexpr std::size_t most_classes = 100, few_classes = 20;  // lines; beyond the first, the second

std::string class_table(const Metrics& metrics, const std::vector<std::string>& labels,
                        const std::vector<Index>& shown) {
  Table table({{"class", Align::left}, {"precision"}, {"recall"}, {"F1"}, {"support"}});
  for (const Index k : shown) {
    const ClassMetrics& of = metrics.figures.classes[as_size(k)];
    table.add({labels[as_size(k)], fraction(of.precision), fraction(of.recall), fraction(of.f1),
               grouped(of.support)});
  }
  return table.text();
}

std::string all_or_some_classes(const Metrics& metrics, const std::vector<std::string>& labels) {
  if (labels.size() <= most_classes) return class_table(metrics, labels, all_classes(metrics));
  const std::vector<Index> lowest = lowest_classes(metrics, few_classes);
  const std::vector<Index> largest = largest_classes(metrics, few_classes);
  const std::string all = grouped(std::ssize(labels));
  return fmt::format("lowest F1, {} of {} classes (--json has all):\n", lowest.size(), all) +
         class_table(metrics, labels, lowest) +
         fmt::format("\nlargest, {} of {} classes:\n", largest.size(), all) +
         class_table(metrics, labels, largest);
}

/// The classes that have sequences, in that order, at most `most`.
template <class Before>
std::vector<Index> first_classes(const Metrics& metrics, std::size_t most, Before before) {
  std::vector<Index> classes = all_classes(metrics);
  std::erase_if(classes, [&](Index k) { return metrics.figures.classes[as_size(k)].support == 0; });
  std::stable_sort(classes.begin(), classes.end(), [&](Index a, Index b) {
    return before(metrics.figures.classes[as_size(a)], metrics.figures.classes[as_size(b)]);
  });
  classes.resize(std::min(classes.size(), most));
  return classes;
}

/// The predicted label above each column, or its number, which is before the label of its line.
Table confusion_table(const Metrics& metrics, const std::vector<std::string>& labels, bool is_numbered) {
  std::vector<Table::Column> columns;
  if (is_numbered) columns.push_back({""});
  columns.push_back({"label \\ predicted", Align::left});
  for (std::size_t k = 0; k < labels.size(); ++k)
    columns.push_back({is_numbered ? std::to_string(k + 1) : labels[k]});
  Table table(columns);
  for (std::size_t label = 0; label < labels.size(); ++label) {
    std::vector<std::string> cells;
    if (is_numbered) cells.push_back(std::to_string(label + 1));
    cells.push_back(labels[label]);
    for (const Index count : metrics.confusion_row(static_cast<Index>(label)))
      cells.push_back(grouped(count));
    table.add(std::move(cells));
  }
  return table;
}

std::string confusion_matrix(const Metrics& metrics, const std::vector<std::string>& labels) {
  const Table named = confusion_table(metrics, labels, false);
  return named.fits() ? named.text() : confusion_table(metrics, labels, true).fitted(2);
}

std::string most_frequent_confusions(const Metrics& metrics, const std::vector<std::string>& labels) {
  std::vector<Confusion> wrong = errors_by_count(metrics);
  const Index all = std::ssize(wrong);
  wrong.resize(std::min(wrong.size(), most_confusions));
  Table table({{"label", Align::left}, {"predicted", Align::left}, {"sequences"}});
  for (const Confusion& cell : wrong)
    table.add({labels[as_size(cell.label)], labels[as_size(cell.prediction)], grouped(cell.count)});
  return fmt::format("most frequent confusions, {} of {}:\n", wrong.size(), grouped(all)) + table.text();
}

}  // namespace

std::vector<Index> all_classes(const Metrics& metrics) {
  std::vector<Index> classes(metrics.figures.classes.size());
  std::iota(classes.begin(), classes.end(), Index{0});
  return classes;
}

std::vector<Index> lowest_classes(const Metrics& metrics, std::size_t most) {
  return first_classes(metrics, most, [](const ClassMetrics& a, const ClassMetrics& b) {
    return a.f1 != b.f1 ? a.f1 < b.f1 : a.support > b.support;
  });
}

std::vector<Index> largest_classes(const Metrics& metrics, std::size_t most) {
  return first_classes(metrics, most,
                       [](const ClassMetrics& a, const ClassMetrics& b) { return a.support > b.support; });
}

std::vector<Confusion> fullest_first(std::vector<Confusion> cells) {
  std::stable_sort(cells.begin(), cells.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  return cells;
}

std::vector<Confusion> errors_by_count(const Metrics& metrics) {
  std::vector<Confusion> wrong = metrics.figures.confusions;
  std::erase_if(wrong, [](const Confusion& cell) { return cell.label == cell.prediction; });
  return fullest_first(std::move(wrong));
}

std::string figures_table(const Metrics& metrics, const std::vector<MetricInfo>& names,
                          const MetricIntervals& intervals) {
  std::vector<Table::Column> columns{{"sequences"}};
  std::vector<std::string> cells{grouped(metrics.sequences)}, bounds{"95 %"};
  if (metrics.items != metrics.sequences) {
    columns.push_back({"rows"});
    cells.push_back(grouped(metrics.items)), bounds.push_back("");
  }
  const std::vector<double> values = values_of(metrics, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({names[i].title});
    cells.push_back(fraction(values[i]));
    if (intervals.values.empty()) continue;
    const Interval& one = intervals.values[i];
    bounds.push_back(one.is_known() ? fmt::format("[{:.4f}, {:.4f}]", one.low, one.high) : "-");
  }
  Table table(columns);
  table.add(std::move(cells));
  if (!intervals.values.empty()) table.add(std::move(bounds));
  return table.fitted();
}

std::string class_tables(const Metrics& metrics, const std::string& note) {
  std::string text;
  const std::vector<std::string>& labels = metrics.figures.labels;
  if (!metrics.figures.classes.empty()) text += "\n" + all_or_some_classes(metrics, labels);
  if (!metrics.figures.confusions.empty())
    text += "\n" + (labels.size() <= widest_matrix ? confusion_matrix(metrics, labels)
                                                   : most_frequent_confusions(metrics, labels));
  return note.empty() ? text : text + "\n" + escape(note) + "\n";
}

nlohmann::ordered_json figures_json(const Metrics& metrics, const std::vector<MetricInfo>& names) {
  nlohmann::ordered_json json{{"count", metrics.sequences}};
  if (metrics.items != metrics.sequences) json["rows"] = metrics.items;
  json.update(values_json(names, values_of(metrics, names)));
  return json;
}

nlohmann::ordered_json values_json(const std::vector<MetricInfo>& metrics,
                                   const std::vector<double>& values) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t m = 0; m < values.size(); ++m) json[metrics[m].name] = values[m];
  return json;
}

nlohmann::ordered_json class_json(const std::string& label, const ClassMetrics& of) {
  return {{"label", label},
          {"precision", of.precision},
          {"recall", of.recall},
          {"f1", of.f1},
          {"support", of.support}};
}

nlohmann::ordered_json classes_json(const Metrics& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const std::vector<std::string>& labels = metrics.figures.labels;
  if (labels.empty()) return json;
  json["classes"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < labels.size(); ++k)
    json["classes"].push_back(class_json(labels[k], metrics.figures.classes[k]));
  json["confusions"] = nlohmann::ordered_json::array();
  for (const Confusion& cell : metrics.figures.confusions)
    json["confusions"].push_back({{"label", labels[as_size(cell.label)]},
                                  {"prediction", labels[as_size(cell.prediction)]},
                                  {"count", cell.count}});
  return json;
}

nlohmann::ordered_json intervals_json(const MetricIntervals& intervals,
                                      const std::vector<MetricInfo>& names) {
  nlohmann::ordered_json json;
  for (std::size_t i = 0; i < names.size(); ++i)
    json[names[i].name] = {intervals.values[i].low, intervals.values[i].high};
  return json;
}

std::string dump_json(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace orochi
