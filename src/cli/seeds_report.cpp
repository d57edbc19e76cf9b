#include "cli/seeds_report.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "statistics/paired.hpp"

namespace orochi {
namespace {

/// The figures of a seed: the monitored one on validation data, all on test data.
std::vector<double> figures_of(const TrainResult& member, const std::vector<MetricInfo>& metrics) {
  std::vector<double> figures;
  if (member.validated) figures.push_back(member.best_metric);
  if (!member.tested) return figures;
  const std::vector<double> values = values_of(member.test, metrics);
  figures.insert(figures.end(), values.begin(), values.end());
  return figures;
}

std::vector<std::string> line(const std::string& name, const std::vector<double>& figures) {
  std::vector<std::string> cells{name};
  for (const double figure : figures) cells.push_back(fraction(figure));
  return cells;
}

std::string members_table(const SeedsResult& result) {
  const TrainResult& first = result.members.front();
  std::vector<Table::Column> columns{{"seed", Align::left}};
  if (first.validated) columns.push_back({"validation " + first.monitor});
  if (first.tested)
    for (const MetricInfo& metric : result.metrics) columns.push_back({"test " + metric.title});
  Table table(columns);
  std::vector<std::vector<double>> each(columns.size() - 1);  // of each figure, each seed's
  for (const TrainResult& member : result.members) {
    const std::vector<double> figures = figures_of(member, result.metrics);
    table.add(line(std::filesystem::path(member.run).filename().string(), figures));
    for (std::size_t i = 0; i < figures.size(); ++i) each[i].push_back(figures[i]);
  }
  std::vector<double> means, stds;
  for (const std::vector<double>& figures : each) {
    const auto [mean, std] = spread_of(figures);
    means.push_back(mean), stds.push_back(std);
  }
  table.add(line("mean", means));
  table.add(line("std", stds));
  return table.fitted();
}

}  // namespace

std::string seeds_report(const SeedsResult& result) {
  if (!result.finished)
    return fmt::format(
        "run folder   {}, {} of its runs\nnot finished; the same command with --resume goes on\n",
        escape(result.run), result.members.size());
  std::string text = fmt::format("run folder   {}\n\n", escape(result.run)) + members_table(result);
  const auto part = [&](const char* name, const Metrics& metrics) {
    text += fmt::format("\nthe mean of all {} as one model on the {} data:\n", result.members.size(), name) +
            figures_table(metrics, result.metrics) + class_tables(metrics, one_answer_note(metrics));
  };
  if (result.tested)
    part("test", result.test);
  else if (result.validated)
    part("validation", result.validation);
  return text;
}

std::string seeds_next(const Arguments& arguments, const SeedsResult& result) {
  return fmt::format("next:\n  {0} evaluate {1}{2}\n  {0} predict {1} FILE\n", shell_word(arguments.program),
                     shell_word(result.model), result.tested ? "" : " --data FILE");
}

}  // namespace orochi
