#include "analysis/heads.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "analysis/head_survey.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/windows.hpp"
#include "inference/model_file.hpp"
#include "layers/linear_model.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

/// Each sequence's loss and score. [B]
Evaluation run(Inference& inference, const Model& trained, const Sequences& data) {
  Evaluation evaluation = evaluate(inference, *trained.task, data);
  require_finite(evaluation.losses);
  return evaluation;
}

/// The mean of `values` [B] with its interval.
Estimate estimate(const std::vector<double>& values, const AblationOptions& options, int threads) {
  return {mean_interval(values, {static_cast<int>(options.resamples), options.seed, threads}),
          mean_of(values)};
}

std::vector<double> minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
  return result;
}

}  // namespace

Index HeadGrid::first(Index layer) const {
  return std::accumulate(layers.begin(), layers.begin() + layer, Index{0},
                         [](Index sum, const Layer& l) { return sum + l.heads; });
}
Index HeadGrid::most_heads() const {
  Index most = 0;
  for (const Layer& layer : layers) most = std::max(most, layer.heads);
  return most;
}
Index HeadGrid::widest() const {
  Index widest = 0;
  for (const Layer& layer : layers) widest = std::max(widest, layer.head_dim);
  return widest;
}

double bytes_of_maps(const HeadGrid& grid, Index rows) {
  const auto t = static_cast<double>(rows);
  return 2 * sizeof(Scalar) * static_cast<double>(grid.count()) * t * t;
}

void require_memory_for_maps(const HeadGrid& grid, Index rows, double left) {
  const double needed = bytes_of_maps(grid, rows);
  if (needed <= left) return;
  throw failure(fmt::format(
      "the attention maps of a sequence of {} rows take {} with {} in {}, and {} are left; look at a "
      "shorter sequence, or at its beginning",
      rows, memory_text(needed), counted(grid.count(), "head"), counted(std::ssize(grid.layers), "layer"),
      memory_text(left)));
}

std::vector<AttentionRecord> record_attention(const Model& model, const Sequences& data, Index i) {
  require_one_member(model);
  const auto number = static_cast<std::uint32_t>(i);
  const Sequences one = data.take({&number, 1});
  const Index rows = windows_of(one, 0).rows(0) + model.classifier->rows_before();
  require_memory_for_maps(head_grid(model, one), rows, memory_left(0).bytes);
  return record_sequence(model, one, 0);
}

HeadGrid head_grid(const Model& trained, const Sequences& data) {
  if (data.size() == 0) throw usage_error("there is no sequence in the data");
  const std::vector<AttentionRecord> records = record_sequence(trained, data, 0, nullptr, false);
  if (records.empty())
    throw usage_error("the model has no multi-head attention: there is no head to look at");
  HeadGrid grid;
  for (const AttentionRecord& record : records)
    grid.layers.push_back({record.options.num_heads, record.options.head_dim});
  return grid;
}

Ablation ablate_heads(const Model& trained, const Sequences& data, const AblationOptions& options,
                      int threads) {
  const HeadGrid grid = head_grid(trained, data);
  Sequences windows;
  if (data.window > 0) cut_windows(windows = data);
  const HeadSurvey survey = survey_heads(trained, data.window > 0 ? windows : data, grid, threads);
  Inference inference(trained, threads);
  const Evaluation all = run(inference, trained, data);
  Ablation result{data.size(), mean_of(all.scores), mean_of(all.losses), {}, {}, survey.similarity};
  const auto without_part = [&] {
    const Evaluation without = run(inference, trained, data);
    const bool higher = trained.task->higher_score_is_better();
    return WithoutPart{
        mean_of(without.scores), mean_of(without.losses),
        estimate(higher ? minus(all.scores, without.scores) : minus(without.scores, all.scores), options,
                 threads),
        estimate(minus(without.losses, all.losses), options, threads)};
  };
  if (!linear_model_key(trained.config.data).empty()) {
    inference.set_encoder_alone(true);
    result.linear_model = without_part();
    inference.set_encoder_alone(false);
  }
  Index layer = 0;
  for (Index i = 0; i < grid.count(); ++i) {
    if (i == grid.first(layer + 1)) ++layer;
    const Index d = grid.layers[as_size(layer)].head_dim;
    std::vector<Scalar> values(as_size(d), 0);  // [D]
    if (options.by_mean)
      std::transform(survey.mean_values.begin() + i * grid.widest(),
                     survey.mean_values.begin() + i * grid.widest() + d, values.begin(),
                     [](double value) { return static_cast<Scalar>(value); });
    const HeadReplacement replacement{layer, i - grid.first(layer), values};
    inference.set_replacements({&replacement, 1});
    result.heads.push_back({without_part(), replacement.layer, replacement.head,
                            survey.importance[as_size(i)], survey.entropy[as_size(i)],
                            survey.distance[as_size(i)]});
    inference.set_replacements({});
  }
  return result;
}

}  // namespace orochi
