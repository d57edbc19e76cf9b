#include "baseline/text_model.hpp"

#include <algorithm>
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>

#include "baseline/features.hpp"
#include "baseline/linear.hpp"
#include "baseline/wanted.hpp"
#include "core/as_size.hpp"
#include "core/thread_pool.hpp"
#include "layers/text_model.hpp"

namespace orochi {
namespace {

constexpr double cost = 1;  // of rows whose mean square is 1
/// By trial: what makes an answer of a margin of 1 as sure as it is right.
constexpr double sureness = 4;

/// 1 + ln((1 + N) / (1 + df)) of each feature, which is in df of N sequences. [width]
std::vector<double> rarities(const Batch& batch, Index width) {
  std::vector<double> counts(as_size(width));
  for (Index b = 0; b < batch.num_sequences(); ++b)
    for_each_weight(batch.features_of(b), [&](std::int32_t id, double) { ++counts[as_size(id)]; });
  for (double& count : counts)
    count = 1 + std::log((1 + static_cast<double>(batch.num_sequences())) / (1 + count));
  return counts;
}

/// What the model sums: each feature's rarity times its weight.
Features rows_of(const Batch& batch, const std::vector<double>& rarity) {
  Features rows(std::ssize(rarity));
  std::vector<feature_node> row;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    row.clear();
    for_each_weight(batch.features_of(b), [&](std::int32_t id, double weight) {
      row.push_back({id + 1, rarity[as_size(id)] * weight});
    });
    rows.add(row);
  }
  return rows;
}

/// Makes the mean square of the rows 1, beside the constant of 1. Returns the factor.
double scale(Features& rows) {
  const double square = rows.mean_square(), factor = square > 0 ? 1 / std::sqrt(square) : 1;
  for (Index i = 0; i < rows.size(); ++i)
    for (feature_node* node = rows.row(i); node->index <= rows.width(); ++node) node->value *= factor;
  return factor;
}

/// [C][width + 1]
std::vector<std::vector<float>> fit_columns(const Wanted& wanted, Features& rows, int threads) {
  std::vector<feature_node*> nodes;
  for (Index i = 0; i < rows.size(); ++i) nodes.push_back(rows.row(i));
  std::vector<std::vector<float>> weights(as_size(wanted.columns()));
  ThreadPool pool(threads);
  pool.for_each(wanted.columns(), [&](Index c, int) {
    std::vector<double> column;
    for (Index i = 0; i < rows.size(); ++i) column.push_back(wanted(i, c));
    weights[as_size(c)] = linear_weights(L2R_L2LOSS_SVC_DUAL, cost, nodes, column, rows.width() + 1);
  });
  return weights;
}

/// [width + 1, K]
std::vector<Scalar> fit_table(const Wanted& wanted, const Batch& train, Index width, int threads) {
  const std::vector<double> rarity = rarities(train, width);
  Features rows = rows_of(train, rarity);
  const double factor = scale(rows);
  const std::vector<std::vector<float>> weights = fit_columns(wanted, rows, threads);
  std::vector<Scalar> table;
  std::vector<float> column(weights.size());
  for (std::size_t f = 0; f <= rarity.size(); ++f) {
    for (std::size_t c = 0; c < weights.size(); ++c) column[c] = weights[c][f];
    const std::vector<float> outputs =
        wanted.outputs(column);  // two labels have one column, and half of it each
    const double share = sureness * static_cast<double>(column.size()) / static_cast<double>(outputs.size());
    for (const float weight : outputs)
      table.push_back(static_cast<Scalar>(share * (f == rarity.size() ? 1 : factor * rarity[f]) *
                                          static_cast<double>(weight)));
  }
  return table;
}

}  // namespace

void check_text_model(const DataConfig& config, const Task& task, const Sequences& train) {
  if (config.text_features == 0 || task.level() == Level::row) return;  // which the network refuses
  if (Wanted(task, train).is_numbers())
    throw OptionError("data.text_features",
                      "data.text_features is for tasks with labels, but this one has numbers; leave it out");
}

void fit_text_model(Model& model, const Sequences& train, int threads) {
  if (model.config.data.text_features == 0) return;
  const Wanted wanted(*model.task, train);
  Parameters& parameters = model.classifier->parameters();
  const auto view = std::ranges::find(parameters.views(), text_model_table, &ParameterView::name);
  const Index width = view->shape[0] - 1;
  std::vector<std::uint32_t> samples;
  std::ranges::copy(fit_table(wanted, as_batch(train, samples), width, threads),
                    parameters.data() + view->offset);
}

}  // namespace orochi
