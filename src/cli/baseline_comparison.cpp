#include "cli/baseline_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <orochi/inference.hpp>

#include "baseline/wanted.hpp"
#include "core/as_size.hpp"
#include "inference/model_file.hpp"

namespace orochi {
namespace {

/// The metric that chooses, of resampled sequences: `kept` [B, kept] of some.
double resampled_figure(const Task& task, std::span<const double> kept, const Sequences& data, Resample drawn,
                        std::size_t metric) {
  const std::size_t each = as_size(task.kept());
  std::vector<double> own;
  for (const std::uint32_t i : drawn) {
    const std::size_t first = as_size(data.item(i)), end = as_size(data.item(i + 1));
    const auto items = kept.subspan(first * each, (end - first) * each);
    own.insert(own.end(), items.begin(), items.end());
  }
  return figures_of(task, own, data, drawn).values[metric];
}

/// "the encoder is better than linear SVM by 1.3 points of accuracy [0.4, 2.2]"
std::string sentence_of(const Comparison& comparison, const std::string& title, const MetricInfo& metric,
                        bool is_share) {
  const double scale = (is_share ? 100 : 1) * (metric.higher_is_better ? 1 : -1);
  double low = scale * comparison.interval.low, high = scale * comparison.interval.high;
  if (low > high) std::swap(low, high);
  double better = scale * comparison.difference;
  const auto figures = [&](double difference, double from, double to) {
    return is_share ? fmt::format("{:.1f} points of {} [{:.1f}, {:.1f}]", difference, metric.title, from, to)
                    : fmt::format("{:.3g} of {} [{:.3g}, {:.3g}]", difference, metric.title, from, to);
  };
  const std::string where = fmt::format(" on {} data", comparison.part);
  if (low > 0)
    return fmt::format("the encoder is better than {} by {}{}", title, figures(better, low, high), where);
  if (high < 0)
    return fmt::format("the encoder is worse than {} by {}{}", title, figures(-better, -high, -low), where);
  return fmt::format("{} is as good as the encoder here: the difference is {}{}", title,
                     figures(better, low, high), where);
}

}  // namespace

std::size_t best_baseline(const BaselineRequest& request, const std::vector<Baseline>& baselines) {
  const auto figure = [&](const Baseline& baseline) {
    return request.data.validation.size() > 0 ? baseline.validation.values[request.chosen_by]
                                              : baseline.cross_validated;
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < baselines.size(); ++i)
    if (improves(request.metrics[request.chosen_by], figure(baselines[i]), figure(baselines[best]))) best = i;
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
  const std::vector<double>& simple = is_test ? baseline.test_kept : baseline.validation_kept;
  const auto differences = [&](Resample drawn, std::span<double> difference) {
    difference.front() =
        resampled_figure(*trained.task, evaluation.kept, sequences, drawn, request.chosen_by) -
        resampled_figure(request.task, simple, sequences, drawn, request.chosen_by);
  };
  BootstrapOptions options;
  options.threads = request.threads;
  Comparison result;
  result.step = trained.progress.step;
  result.part = is_test ? "test" : "validation";
  result.encoder = evaluation.metrics.figures;
  differences(all_numbers(sequences.size()), {&result.difference, 1});
  result.interval = bootstrap(sequences.size(), 1, differences, options).front();
  result.sentence =
      sentence_of(result, baseline.title, request.metrics[request.chosen_by], !request.task.are_numbers());
  return result;
}

}  // namespace orochi
