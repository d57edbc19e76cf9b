#include "cli/baseline_comparison.hpp"

#include <cmath>

#include <fmt/format.h>

#include <orochi/inference.hpp>

#include "cli/advantage.hpp"
#include "cli/model_lines.hpp"
#include "inference/comparison.hpp"
#include "inference/model_file.hpp"

namespace orochi {
namespace {

/// "the encoder is better than linear SVM by 1.3 points of accuracy [0.4, 2.2]"; a baseline without a title
/// is not named.
std::string sentence_of(const Comparison& comparison, const std::string& title, const MetricInfo& metric,
                        const Task& task) {
  const Advantage better = advantage_of(metric, comparison.difference, comparison.interval),
                  worse = better.reversed();
  const std::string than = title.empty() ? "" : " than " + title;
  if (better.is_shown())
    return fmt::format("the {} is better{} by {}", comparison.model, than,
                       advantage_text(better, metric, task));
  if (worse.is_shown())
    return fmt::format("the {} is worse{} by {}", comparison.model, than,
                       advantage_text(worse, metric, task));
  return fmt::format("no difference shown{}: {}",
                     title.empty() ? "" : fmt::format(" between the {} and {}", comparison.model, title),
                     advantage_text(better, metric, task));
}

}  // namespace

std::size_t best_baseline(const BaselineRequest& request, const std::vector<Baseline>& baselines) {
  const MetricInfo& metric = request.metrics[request.chosen_by];
  // On validation data; of equals the one that cross-validation of the training data prefers.
  const auto is_better = [&](const Baseline& a, const Baseline& b) {
    if (request.data.validation.size() > 0) {
      const double of_a = a.validation.values[request.chosen_by],
                   of_b = b.validation.values[request.chosen_by];
      if (of_a != of_b) return improves(metric, of_a, of_b);
    }
    if (std::isnan(b.cross_validated)) return !std::isnan(a.cross_validated);  // the majority has none
    return improves(metric, a.cross_validated, b.cross_validated);
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < baselines.size(); ++i)
    if (is_better(baselines[i], baselines[best])) best = i;
  return best;
}

Comparison compare_with_encoder(const std::string& run, const RunData& data, const BaselineRequest& request,
                                const Baseline& baseline, const Extensions& extensions) {
  const std::string path = run + "/best.h5";
  CheckpointHeader now;
  now.state = state_of(data.task.get(), data.loaded.preprocessing);
  now.train_checksum = data.train_checksum;
  now.validation_checksum = data.validation_checksum;
  const CheckpointHeader header = CheckpointReader(path).header();
  if (header.train_checksum.empty()) now.train_checksum = "";  // several seeds' models as one do not have it
  refuse_other_data(header, now, data.loaded.train_path, path);
  const Model trained = Model::load(path, extensions);
  const bool is_test = data.loaded.test.size() > 0;
  const Sequences& sequences = is_test ? data.loaded.test : data.loaded.validation;
  Inference inference(trained, request.threads);
  const Evaluation evaluation = evaluate(inference, *trained.task, sequences);
  require_finite(evaluation.losses);
  Evaluation simple = evaluation;
  simple.kept = is_test ? baseline.test_kept : baseline.validation_kept;
  const Answers of_encoder{*trained.task, evaluation}, of_baseline{request.task, simple};
  const Difference difference = paired_differences({&of_baseline, 1}, {&of_encoder, 1}, 1,
                                                   request.threads)[request.chosen_by + 1];  // 0: the loss
  Comparison result;
  result.model = model_word(trained);
  result.answering = answering_line(trained);
  result.step = trained.progress.step;
  result.part = is_test ? "test" : "validation";
  result.encoder = evaluation.metrics.figures;
  result.difference = difference.value();
  result.interval = difference.interval;
  const MetricInfo& metric = request.metrics[request.chosen_by];
  result.sentence =
      fmt::format("{} on {} data", sentence_of(result, baseline.title, metric, request.task), result.part);
  result.short_sentence = sentence_of(result, "", metric, request.task);
  return result;
}

}  // namespace orochi
