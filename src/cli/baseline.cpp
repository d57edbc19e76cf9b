// orochi baseline
#include "baseline/baseline.hpp"

#include <filesystem>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/baseline_comparison.hpp"
#include "cli/baseline_data.hpp"
#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/file_errors.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> result;
  for (const std::string_view name : split_list(names, ',')) result.emplace_back(name);
  return result;
}

std::string table_text(const BaselineRequest& request, const std::vector<Baseline>& baselines,
                       const std::string& part, Index sequences, const Figures Baseline::*figures) {
  if (sequences == 0) return "";
  std::vector<Table::Column> columns{{"baseline", Align::left}};
  for (const MetricInfo& metric : request.metrics) columns.push_back({metric.title});
  columns.push_back({"seconds"});
  columns.push_back({"settings", Align::left});
  Table table(columns);
  for (const Baseline& baseline : baselines) {
    std::vector<std::string> cells{baseline.title};
    for (const double value : (baseline.*figures).values) cells.push_back(fraction(value));
    cells.push_back(fmt::format("{:.1f}", baseline.seconds));
    cells.push_back(baseline.settings);
    table.add(cells);
  }
  return fmt::format("{} data: {}\n{}\n", part, counted(sequences, "sequence"), table.fitted());
}

ordered_json baselines_json(const BaselineRequest& request, const std::vector<Baseline>& baselines) {
  ordered_json json{{"chosen_by", request.metrics[request.chosen_by].name},
                    {"count",
                     {{"train", request.data.train.size()},
                      {"validation", request.data.validation.size()},
                      {"test", request.data.test.size()}}},
                    {"baselines", ordered_json::array()}};
  for (const Baseline& baseline : baselines)
    json["baselines"].push_back({{"name", baseline.name},
                                 {"title", baseline.title},
                                 {"settings", baseline.settings},
                                 {"cross_validated", baseline.cross_validated},
                                 {"validation", values_json(request.metrics, baseline.validation.values)},
                                 {"test", values_json(request.metrics, baseline.test.values)},
                                 {"seconds", baseline.seconds}});
  return json;
}

/// The run's model beside the best baseline, where both can be measured.
std::optional<Comparison> compare(const std::string& run, const RunData& data, const BaselineRequest& request,
                                  const std::vector<Baseline>& baselines, const Extensions& extensions) {
  const auto leave_out = [&](const char* why) {
    request.note(fmt::format("the run is not compared: {}", why));
    return std::nullopt;
  };
  if (!fs::exists(run + "/best.h5")) return leave_out("there is no best.h5, which the first epoch writes");
  if (data.loaded.test.size() + data.loaded.validation.size() == 0)
    return leave_out("there is neither test nor validation data");
  return compare_with_encoder(run, data, request, baselines[best_baseline(request, baselines)], extensions);
}

int call_baseline(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string& word = arguments.words.front();
  const bool is_run = fs::is_directory(word);
  const std::vector<std::string> overrides = settings_of(std::span(arguments.words).subspan(1));
  const auto note = [](const std::string& line) { std::cerr << escape(line) + "\n"; };
  const BaselineData of(setup_of_baselines(word, overrides, extensions), overrides, extensions);
  const RunData& data = of.data;
  for (const std::string& line : data.loaded.notes) note(line);
  BaselineRequest request = of.request();
  request.only = split_names(arguments.text("--only"));
  request.threads = threads_of(arguments);
  request.note = note;
  const std::vector<Baseline> baselines = fit_baselines(request);
  ordered_json json = baselines_json(request, baselines);
  std::string sentence, answering;
  if (is_run)
    if (const auto comparison = compare(word, data, request, baselines, extensions)) {
      sentence = comparison->sentence, answering = comparison->answering;
      json["encoder"] = {{"step", comparison->step},
                         {"part", comparison->part},
                         {"figures", values_json(request.metrics, comparison->encoder.values)},
                         {"compared_with", baselines[best_baseline(request, baselines)].name},
                         {"difference", comparison->difference},
                         {"interval", {comparison->interval.low, comparison->interval.high}},
                         {"sentence", sentence}};
    }
  const std::string text = dump_json(json, 2) + "\n";
  if (is_run) write_whole_file(word + "/baseline.json", bytes_of(text));
  if (arguments.has("--json")) {
    out.write(text);
    return static_cast<int>(ExitCode::done);
  }
  out.write(
      table_text(request, baselines, "validation", data.loaded.validation.size(), &Baseline::validation));
  out.write(table_text(request, baselines, "test", data.loaded.test.size(), &Baseline::test));
  if (!sentence.empty()) out.write(answering + sentence + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb baseline_verb() {
  Verb verb;
  verb.name = "baseline";
  verb.summary = "measure simple models on the data of a config or a run";
  verb.description =
      "Fits simple models to the training split that `orochi train CONFIG` would use, and prints the task's "
      "metrics on the same validation data and on test data: always the most frequent label (or the mean), "
      "nearest neighbors, linear SVM and logistic regression (or ridge regression) on words and characters "
      "of texts, tokens at their places, values of series and MiniRocket. Settings are chosen by "
      "cross-validation on the training split. Of a run folder it also says whether best.h5 is better, with "
      "an interval, and writes RUN/baseline.json, which `orochi report` shows.";
  verb.words = {
      {"CONFIG", "a TOML file, or a run folder, whose config.toml it reads"},
      {"KEY=VALUE", "settings that take the place of the file's, for example train.seed=3", false, true}};
  verb.options = {json_option("one JSON object in place of the tables"),
                  {"--only", "NAME,...",
                   "some baselines: majority, nearest_neighbors, linear_svm, logistic_regression, "
                   "ridge_regression (default: all that fit the task; example: --only linear_svm)"},
                  threads_option()};
  verb.examples = {"baseline configs/splice.toml", "baseline runs/splice --only majority,linear_svm"};
  verb.call = call_baseline;
  return verb;
}

}  // namespace orochi
