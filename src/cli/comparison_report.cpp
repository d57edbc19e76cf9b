#include "cli/comparison_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/advantage.hpp"
#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "data/file_errors.hpp"
#include "statistics/paired.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

std::string bounds(const Interval& interval) {
  return interval.is_known() ? fmt::format("[{:.4f}, {:.4f}]", interval.low, interval.high) : "-";
}

std::string sentence_of(const Findings& found) {
  const MetricInfo& metric = found.metrics[found.monitored];
  const Difference& difference = found.differences[found.monitored];
  const Advantage b =
      advantage_of(metric, difference.value(), difference.corrected.value_or(difference.interval));
  if (b.is_shown()) return "B is better by " + advantage_text(b, metric, found.task);
  if (b.reversed().is_shown()) return "A is better by " + advantage_text(b.reversed(), metric, found.task);
  return "no difference shown: " + advantage_text(b, metric, found.task);
}

std::string text_of(const Findings& found) {
  std::vector<Table::Column> columns{{"metric", Align::left}, {"A"}, {"B"}, {"B - A"}};
  if (found.differences.front().corrected) columns.push_back({"95 %, corrected t"});
  columns.push_back({"95 %, bootstrap"});
  Table table(columns);
  for (std::size_t m = 0; m < found.metrics.size(); ++m) {
    std::vector<std::string> cells{found.metrics[m].title};
    const Difference& difference = found.differences[m];
    for (const double value : {difference.a, difference.b, difference.value()})
      cells.push_back(fraction(value));
    if (difference.corrected) cells.push_back(bounds(*difference.corrected));
    cells.push_back(bounds(difference.interval));
    table.add(std::move(cells));
  }
  std::string text =
      fmt::format("A  {}\nB  {}\n\n{}:\n", escape(found.a), escape(found.b), found.what) + table.fitted();
  if (found.one_right)
    text += fmt::format("\nright in A alone {}, in B alone {}: p = {:.2g} (McNemar's exact test)\n",
                        grouped(found.one_right->a), grouped(found.one_right->b),
                        mcnemar(found.one_right->a, found.one_right->b));
  return text + "\n" + sentence_of(found) + "\n";
}

std::string json_of(const Findings& found) {
  ordered_json json{{"a", found.a}, {"b", found.b}, {"monitor", found.metrics[found.monitored].name}};
  for (std::size_t m = 0; m < found.metrics.size(); ++m) {
    const Difference& difference = found.differences[m];
    ordered_json one{{"a", difference.a}, {"b", difference.b}, {"difference", difference.value()}};
    if (difference.corrected) one["corrected_t"] = {difference.corrected->low, difference.corrected->high};
    one["bootstrap"] = {difference.interval.low, difference.interval.high};
    json["metrics"][found.metrics[m].name] = one;
  }
  if (found.one_right)
    json["mcnemar"] = {{"a_alone", found.one_right->a},
                       {"b_alone", found.one_right->b},
                       {"p", mcnemar(found.one_right->a, found.one_right->b)}};
  json["sentence"] = sentence_of(found);
  return dump_json(json, 2) + "\n";
}

}  // namespace

std::string report_of(const Findings& found, bool as_json) {
  return as_json ? json_of(found) : text_of(found);
}

}  // namespace orochi
