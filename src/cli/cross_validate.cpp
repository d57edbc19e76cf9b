// orochi cross-validate

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/train_and_report.hpp"
#include "data/file_errors.hpp"
#include "inference/comparison.hpp"
#include "run/several_runs.hpp"
#include "statistics/paired.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

/// What all folds together say: the loss and each metric.
struct Summary {
  Index sequences = 0;
  std::vector<double> mean, std, pooled;
};

Summary summary_of(const CrossValidation& found) {
  Summary summary;
  std::vector<Answers> answers;
  std::vector<std::vector<double>> by_metric(found.folds.front().metrics.size());
  for (std::size_t f = 0; f < found.folds.size(); ++f) {
    const TrainResult& fold = found.folds[f];
    answers.push_back({*found.tasks[f], fold.evaluation});
    summary.sequences += fold.test.sequences;
    const std::vector<double> values = values_of(fold.test, fold.metrics);
    for (std::size_t m = 0; m < values.size(); ++m) by_metric[m].push_back(values[m]);
  }
  for (const std::vector<double>& values : by_metric) {
    const Spread spread = spread_of(values);
    summary.mean.push_back(spread.mean), summary.std.push_back(spread.std);
  }
  summary.pooled = pooled_values(answers);
  return summary;
}

std::vector<std::string> line(const std::string& name, Index sequences, const std::vector<double>& values) {
  std::vector<std::string> cells{name, sequences == 0 ? "" : grouped(sequences)};
  for (const double value : values) cells.push_back(fraction(value));
  return cells;
}

std::string text_of(const CrossValidation& found) {
  if (!found.finished)
    return fmt::format("run folder   {}, {} of its folds\nnot finished; the same command goes on\n",
                       escape(found.run), found.folds.size() - 1);
  const std::vector<MetricInfo>& metrics = found.folds.front().metrics;
  std::vector<Table::Column> columns{{"fold", Align::left}, {"sequences"}};
  for (const MetricInfo& metric : metrics) columns.push_back({metric.title});
  Table table(columns);
  for (std::size_t f = 0; f < found.folds.size(); ++f)
    table.add(
        line(std::to_string(f + 1), found.folds[f].test.sequences, values_of(found.folds[f].test, metrics)));
  const Summary summary = summary_of(found);
  table.add(line("mean", 0, summary.mean));
  table.add(line("std", 0, summary.std));
  table.add(line("pooled", summary.sequences, summary.pooled));
  return fmt::format("run folder   {}\n\n", escape(found.run)) + table.fitted();
}

std::string json_of(const CrossValidation& found) {
  ordered_json json{{"run", found.run}, {"finished", found.finished}, {"folds", ordered_json::array()}};
  for (std::size_t f = 0; f < found.tasks.size(); ++f) {
    const TrainResult& fold = found.folds[f];
    ordered_json one{{"checkpoint", fold.model}};
    one.update(figures_json(fold.test, fold.metrics));
    json["folds"].push_back(one);
  }
  if (found.finished) {
    const std::vector<MetricInfo>& metrics = found.folds.front().metrics;
    const Summary summary = summary_of(found);
    json["mean"] = values_json(metrics, summary.mean);
    json["std"] = values_json(metrics, summary.std);
    json["pooled"] = values_json(metrics, summary.pooled);
  }
  return dump_json(json, 2) + "\n";
}

int call_cross_validate(const Extensions& extensions, const Arguments& arguments, Output& out) {
  TrainRequest request;
  request.config_path = arguments.words.front();
  request.overrides = settings_of(std::span(arguments.words).subspan(1));
  request.run = arguments.text("--run");
  request.threads = static_cast<int>(arguments.integer("--threads", 0));
  const Config config = read_config(request.config_path, request.overrides, extensions);
  const Index folds = arguments.integer("--folds", config.data.folds);
  return train_and_report(
      request, out,
      [&](TrainObserver& observer) { return cross_validate(request, folds, extensions, observer); },
      [&](const CrossValidation& found) {
        return arguments.has("--json") ? json_of(found) : text_of(found);
      });
}

}  // namespace

OptionSpec folds_option() {
  return {
      "--folds", "K",
      "how many parts of the training file are held out in turn (default: data.folds, which is 5; example: "
      "--folds 10)",
      2, 1000};
}

Verb cross_validate_verb() {
  Verb verb;
  verb.name = "cross-validate";
  verb.summary = "train without each part of the training file in turn, and measure each model on its part";
  verb.description =
      "Divides the training file into folds, stratified by label, groups whole, and trains once without each "
      "(data.fold). best.h5 is chosen on validation data of the rest, so that what is held out chooses "
      "nothing. Prints each fold's figures, their mean and standard deviation, and the pooled ones: of all "
      "answers together. The same command goes on after an interruption.";
  verb.words = {
      {"CONFIG", "a TOML file (docs/config.md); its data.validation and data.test are not used", true, false},
      {"KEY=VALUE", "settings that take the place of the file's, for example train.seed=3", false, true}};
  verb.options = {
      folds_option(),
      {"--run", "DIR",
       "the folder of the runs fold-1, fold-2, ... (default: runs/ and the config's name and -cv; "
       "example: --run runs/five-folds)"},
      json_option("one JSON object in place of the table"),
      threads_option()};
  verb.examples = {"cross-validate configs/splice.toml",
                   "cross-validate configs/digits.toml --folds 10 --json"};
  verb.call = call_cross_validate;
  verb.trains = true;
  return verb;
}

}  // namespace orochi
