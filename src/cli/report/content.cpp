#include "cli/report/content.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/model.hpp>
#include <orochi/scalar.hpp>

#include "cli/heads_report.hpp"
#include "cli/metrics_report.hpp"
#include "cli/model_lines.hpp"
#include "cli/report/baselines.hpp"
#include "cli/report/drawings.hpp"
#include "cli/report/outcomes.hpp"
#include "cli/report/sequence.hpp"
#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "inference/statistics.hpp"
#include "io/config_file.hpp"
#include "run/metrics_files.hpp"
#include "statistics/curves.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_errors = 20;                             // shown
constexpr std::size_t widest_drawn_matrix = 60;                     // classes
constexpr std::size_t most_class_rows = 500, few_class_rows = 100;  // beyond the first, the second
constexpr Index most_error_values = 16384;                          // of a numeric sequence among the errors

double rounded(double value, double unit = 1e-6) { return std::round(value / unit) * unit; }

/// The numbers alone of metrics.jsonl, whoever wrote it.
ordered_json curves(const std::string& run) {
  auto lines = ordered_json::array();
  for (const ordered_json& line : read_metrics(run)) {
    ordered_json numbers = ordered_json::object();
    for (const auto& [key, value] : line.items())
      if (value.is_number() || value.is_null()) numbers[key] = value;
    lines.push_back(std::move(numbers));
  }
  return lines;
}

/// Labels for people.
std::vector<std::string> shown_labels(const std::vector<std::string>& labels) {
  std::vector<std::string> result;
  for (const std::string& label : labels) result.push_back(shown(label, longest_name));
  return result;
}

/// The figures by title; each class, or of very many those with the lowest F1; the cells of the confusion
/// matrix that are not 0, the fullest first, or of a matrix that nobody would read the fullest of its errors.
ordered_json metrics_content(const Evaluation& outcomes, const std::vector<MetricInfo>& names) {
  const Metrics& metrics = outcomes.metrics;
  const std::vector<std::string> labels = shown_labels(metrics.figures.labels);
  const bool has_rows = labels.size() <= most_class_rows, has_matrix = labels.size() <= widest_drawn_matrix;
  ordered_json json = figures_json(metrics, names);
  const std::vector<double> values = values_of(metrics, names);
  json["figures"] = ordered_json::array();  // the loss last
  for (std::size_t i = 1; i <= names.size(); ++i)
    json["figures"].push_back({names[i % names.size()].title, values[i % names.size()]});
  json["note"] = escape(majority_note(outcomes));
  json["classes"] = ordered_json::array();
  for (const Index k : has_rows ? all_classes(metrics) : lowest_classes(metrics, few_class_rows))
    json["classes"].push_back(class_json(labels[as_size(k)], metrics.figures.classes[as_size(k)]));
  std::vector<Confusion> cells = errors_by_count(metrics);
  json["has_matrix"] = has_matrix;
  if (has_matrix)
    cells = fullest_first(metrics.figures.confusions);
  else
    cells.resize(std::min(cells.size(), most_confusions));
  json["confusions"] = ordered_json::array();  // label, prediction, items
  for (const Confusion& cell : cells) json["confusions"].push_back({cell.label, cell.prediction, cell.count});
  return json;
}

/// In percent, for drawing: of bins of answers the confidence and the accuracy, and three curves at 0 .. 100.
ordered_json probabilities_json(const Scored& outcomes) {
  if (!has_one_label_each(outcomes.metrics) || outcomes.probabilities.empty()) return nullptr;
  const ClassScores of = class_scores(outcomes);
  const auto percent = [](const std::vector<double>& curve) {
    auto json = ordered_json::array();
    for (const double value : curve) json.push_back(rounded(100 * value, 0.01));
    return json;
  };
  std::vector<double> confidence, accuracy;
  for (const ConfidenceBin& bin : confidence_bins(of.confidence(), of.right()))
    if (bin.count > 0) confidence.push_back(bin.confidence), accuracy.push_back(bin.accuracy);
  return {{"confidence", percent(confidence)},
          {"accuracy", percent(accuracy)},
          {"risk", percent(risk_coverage_curve(of))},
          {"roc", percent(roc_curve(of))},
          {"precision", percent(precision_recall_curve(of))}};
}

/// number, label, prediction, right, loss, probabilities; `outputs` [items, K].
ordered_json outcome_json(const Model& trained, const ReportData& data, const Evaluation& outcomes, Index i,
                          std::span<const Scalar> outputs) {
  const std::string target = trained.task->text(data.sequences.target(i));
  ordered_json json{{"number", data.numbers[as_size(i)]},
                    {"label", shown(target, longest_text)},
                    {"right", is_right(trained, outcomes, i)},
                    {"loss", rounded(outcomes.losses[as_size(i)])}};
  add_answer(json, *trained.task, outputs, target);
  return json;
}

void add_input(ordered_json& json, const Model& trained, const ReportData& data, Index i, Index rows) {
  if (data.texts.empty())
    json["values"] = values_json(trained.preprocessing, data.sequences, i, rows);
  else
    json["text"] = shown(fmt::format("{}", fmt::join(data.texts_of(i, trained.preprocessing.texts), "\t")),
                         longest_text);
}

ordered_json errors_json(const Model& trained, const ReportData& data, const Evaluation& outcomes) {
  auto json = ordered_json::array();
  for (const Index i : worst_errors(trained, outcomes, most_errors)) {
    std::vector<Scalar> outputs;  // [items, K]
    record_sequence(trained, data.sequences, i, &outputs, false);
    json.push_back(outcome_json(trained, data, outcomes, i, outputs));
    add_input(json.back(), trained, data, i, most_error_values / std::max<Index>(data.sequences.channels, 1));
  }
  return json;
}

/// One sequence with all its maps, which are of its first window.
ordered_json sequence_json(const Model& trained, const ReportData& data, const Evaluation& outcomes, Index i,
                           std::size_t shown_sequences) {
  std::vector<Scalar> outputs;  // [items, K]
  std::vector<AttentionRecord> records = record_sequence(trained, data.sequences, i, &outputs, false);
  ordered_json json = outcome_json(trained, data, outcomes, i, outputs);
  add_input(json, trained, data, i,
            add_rows(json, trained, data.sequences, i, data.texts_of(i, trained.preprocessing.texts),
                     std::move(records), shown_sequences));
  return json;
}

ordered_json sequences_json(const ReportRequest& request, const Model& trained, const ReportData& data,
                            const Evaluation& outcomes) {
  auto json = ordered_json::array();
  const std::vector<Index> chosen = telling_sequences(trained, outcomes, data.sequences, request.sequences);
  for (const Index i : chosen) json.push_back(sequence_json(trained, data, outcomes, i, chosen.size()));
  return json;
}

}  // namespace

ordered_json report_content(const ReportRequest& request, const Model& trained, const ReportData& data) {
  const Scored outcomes = run_model(trained, data.sequences, request.threads);
  std::vector<std::string> names;  // without their folders: the page may go to other machines
  for (const std::string& path : data.paths.files) names.push_back(std::filesystem::path(path).filename());
  ordered_json json{
      {"orochi", version},
      {"run", escape(request.run)},
      {"checkpoint", escape(std::filesystem::path(request.checkpoint).filename().string())},
      {"step", trained.progress.step},
      {"data", escape(name_of_all(names))},
      {"part", data.part},
      {"trained_on", data.trained_on},
      {"labels", shown_labels(outcomes.metrics.figures.labels)},
      {"summary", trained.task->summary()},
      {"score", trained.task->score_name()},
      {"in_points", trained.task->higher_score_is_better()},
      {"character_tokens", !data.texts.empty() && trained.preprocessing.tokenizer->joins_without_blanks()},
      {"linear_model", has_linear_model(trained)},
      {"monitor", trained.config.train.monitor},
      {"parameters", trained.classifier->parameters().count()}};
  json["metrics"] = metrics_content(outcomes, trained.metrics);
  Index wrong = 0;
  for (Index b = 0; b < data.sequences.size(); ++b) wrong += is_right(trained, outcomes, b) ? 0 : 1;
  json["metrics"]["wrong"] = wrong;
  json["probabilities"] = probabilities_json(outcomes);
  json["sequences"] = sequences_json(request, trained, data, outcomes);
  json["errors"] = errors_json(trained, data, outcomes);
  const bool has_heads = !json["sequences"].empty() && !json["sequences"].front()["layers"].empty();
  json["ablation"] =
      request.ablation && has_heads
          ? ablation_json(ablate_heads(trained, data.sequences, {}, request.threads), *trained.task)
          : ordered_json();
  json["baselines"] = baselines_content(request.run, trained);
  json["curves"] = curves(request.run);
  json["config"] = inert_lines(write_config(trained.config));
  return json;
}

}  // namespace orochi
