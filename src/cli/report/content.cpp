#include "cli/report/content.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <orochi/scalar.hpp>

#include "cli/heads_report.hpp"
#include "cli/metrics_report.hpp"
#include "cli/report/drawings.hpp"
#include "cli/report/outcomes.hpp"
#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/utf8.hpp"
#include "io/config_file.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_errors = 20, most_classes = 5;           // shown; classes of one sequence
constexpr std::size_t longest_text = 400, longest_name = 40;        // code points
constexpr std::size_t widest_matrix = 60;                           // classes
constexpr std::size_t most_class_rows = 500, few_class_rows = 100;  // beyond the first, the second
constexpr Index most_error_values = 16384;                          // of a numeric sequence among the errors

/// Inert, and cut where it is longer than `most` code points.
std::string shown(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t n = 0; n < most && at < text.size(); ++n) utf8::decode(text, at);
  return inert(text.substr(0, at)) + (at < text.size() ? " ..." : "");
}

double rounded(double value, double unit = 1e-6) { return std::round(value / unit) * unit; }

/// Lines of metrics.jsonl, up to one that a kill cut short; their numbers alone, whoever wrote them.
ordered_json curves(const std::string& run) {
  auto lines = ordered_json::array();
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    ordered_json parsed = ordered_json::parse(line, nullptr, false);
    if (!parsed.is_object()) break;
    ordered_json numbers = ordered_json::object();
    for (const auto& [key, value] : parsed.items())
      if (value.is_number() || value.is_null()) numbers[key] = value;
    lines.push_back(std::move(numbers));
  }
  return lines;
}

/// The figures; each class, or of very many those with the lowest F1; the cells of the confusion matrix that
/// are not 0, the fullest first, or of a matrix that nobody would read the fullest of its errors; how many
/// sequences are wrong.
ordered_json metrics_content(const Metrics& metrics, const std::vector<std::string>& labels) {
  const bool has_rows = labels.size() <= most_class_rows, has_matrix = labels.size() <= widest_matrix;
  ordered_json json = figures_json(metrics);
  json["classes"] = ordered_json::array();
  for (const Index k : has_rows ? all_classes(metrics) : lowest_classes(metrics, few_class_rows))
    json["classes"].push_back(class_json(labels[as_size(k)], metrics.classes[as_size(k)]));
  std::vector<Confusion> cells = errors_by_count(metrics);
  Index wrong = 0;
  for (const Confusion& cell : cells) wrong += cell.count;
  json["wrong"] = wrong;
  json["has_matrix"] = has_matrix;
  if (has_matrix)
    cells = fullest_first(metrics.confusions);
  else
    cells.resize(std::min(cells.size(), most_confusions));
  json["confusions"] = ordered_json::array();  // label, prediction, sequences
  for (const Confusion& cell : cells) json["confusions"].push_back({cell.label, cell.prediction, cell.count});
  return json;
}

/// [[class, p] ...]: the largest, and the label's.
ordered_json largest_probabilities(std::span<const Scalar> logits, std::int32_t label) {
  const std::vector<double> p = probabilities(logits);  // [K]
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return p[x] > p[y]; });
  auto json = ordered_json::array();
  for (std::size_t n = 0; n < order.size(); ++n)
    if (n < most_classes || order[n] == static_cast<std::size_t>(label))
      json.push_back({order[n], rounded(p[order[n]])});
  return json;
}

/// number, label, prediction, loss, probabilities; `logits` [K].
ordered_json outcome_json(const ReportData& data, const Evaluation& outcomes, Index i,
                          std::span<const Scalar> logits) {
  const std::size_t b = as_size(i);
  const std::int32_t label = data.sequences.labels[b];
  return {{"number", data.numbers[b]},
          {"label", label},
          {"prediction", outcomes.predictions[b]},
          {"loss", rounded(outcomes.losses[b])},
          {"probabilities", largest_probabilities(logits, label)}};
}

void add_input(ordered_json& json, const TrainedModel& trained, const ReportData& data, Index i, Index rows) {
  if (data.texts.empty())
    json["values"] = values_json(trained.preprocessing, data.sequences, i, rows);
  else
    json["text"] = shown(data.texts[as_size(i)], longest_text);
}

ordered_json errors_json(const TrainedModel& trained, const ReportData& data, const Evaluation& outcomes) {
  auto json = ordered_json::array();
  for (const Index i : worst_errors(outcomes, data.sequences, most_errors)) {
    std::vector<Scalar> logits;  // [K]
    record_sequence(trained, data.sequences, i, &logits, false);
    json.push_back(outcome_json(data, outcomes, i, logits));
    add_input(json.back(), trained, data, i, most_error_values / std::max<Index>(data.sequences.channels, 1));
  }
  return json;
}

/// One sequence with all its maps.
ordered_json sequence_json(const TrainedModel& trained, const ReportData& data, const Evaluation& outcomes,
                           Index i, std::size_t shown_sequences) {
  std::vector<Scalar> logits;  // [K]
  const std::vector<AttentionRecord> records = record_sequence(trained, data.sequences, i, &logits, false);
  Index maps = 0;
  for (const AttentionRecord& record : records) maps += record.options.num_heads;
  const std::vector<RowName> names = row_names(trained, data, i);
  const Index rows = std::min(drawable_rows(maps * static_cast<Index>(shown_sequences)), std::ssize(names));
  ordered_json json = outcome_json(data, outcomes, i, logits);
  json["length"] = names.size();
  json["class_token"] = std::ssize(names) - data.sequences.length(i);
  json["rows"] = ordered_json::array();
  json["unknown"] = ordered_json::array();
  for (Index t = 0; t < rows; ++t) {
    json["rows"].push_back(shown(names[as_size(t)].text, longest_name));
    if (names[as_size(t)].unknown) json["unknown"].push_back(t);
  }
  add_input(json, trained, data, i, rows);
  json["layers"] = maps_json(records, rows);
  return json;
}

ordered_json sequences_json(const ReportRequest& request, const TrainedModel& trained, const ReportData& data,
                            const Evaluation& outcomes) {
  auto json = ordered_json::array();
  const std::vector<Index> chosen = telling_sequences(outcomes, data.sequences, request.sequences);
  for (const Index i : chosen) json.push_back(sequence_json(trained, data, outcomes, i, chosen.size()));
  return json;
}

}  // namespace

ordered_json report_content(const ReportRequest& request, const TrainedModel& trained,
                            const ReportData& data) {
  const Evaluation outcomes = run_model(trained, data.sequences, request.threads);
  std::vector<std::string> labels;
  for (const std::string& label : trained.preprocessing.labels) labels.push_back(shown(label, longest_name));
  ordered_json json{{"orochi", version},
                    {"run", inert(request.run)},
                    {"checkpoint", inert(std::filesystem::path(request.checkpoint).filename().string())},
                    {"step", trained.progress.step},
                    {"data", inert(data.path)},
                    {"part", data.part},
                    {"labels", labels},
                    {"character_tokens", !data.texts.empty() && trained.config.data.tokenizer == "char"},
                    {"monitor", trained.config.train.monitor},
                    {"parameters", trained.model->parameters().count()}};
  json["metrics"] = metrics_content(outcomes.metrics, labels);
  json["sequences"] = sequences_json(request, trained, data, outcomes);
  json["errors"] = errors_json(trained, data, outcomes);
  const bool has_heads = !json["sequences"].empty() && !json["sequences"].front()["layers"].empty();
  json["ablation"] = request.ablation && has_heads
                         ? ablation_json(ablate_heads(trained, data.sequences, {}, request.threads))
                         : ordered_json();
  json["curves"] = curves(request.run);
  json["config"] = inert_lines(write_config(trained.config));
  return json;
}

}  // namespace orochi
