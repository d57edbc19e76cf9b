#include "baseline/linear_model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>

#include "baseline/features.hpp"
#include "baseline/linear.hpp"
#include "baseline/wanted.hpp"
#include "core/as_size.hpp"
#include "core/thread_pool.hpp"
#include "data/file_errors.hpp"
#include "layers/linear_model.hpp"

namespace orochi {
namespace {

constexpr double svm_cost = 1;  // of rows whose mean square is 1
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

/// Rows as liblinear takes them: less `mean` and times `scale` they are what the model sums.
struct Training {
  Features rows;
  std::vector<double> mean, scale;  // [width]
};

/// Each n-gram's rarity times its weight.
Training of_texts(const Batch& batch, Index width) {
  Training training{Features(width), std::vector<double>(as_size(width)), rarities(batch, width)};
  std::vector<feature_node> row;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    row.clear();
    for_each_weight(batch.features_of(b), [&](std::int32_t id, double weight) {
      row.push_back({id + 1, training.scale[as_size(id)] * weight});
    });
    training.rows.add(row);
  }
  return training;
}

Training of_series(const MiniRocket& rocket, std::span<const Scalar> biases, const Sequences& train,
                   int threads) {
  ThreadPool pool(threads);
  const DenseRows table = rocket_table(rocket, biases, train, pool);
  const Scaling scaling(table);
  Training training{Features(rocket.width()), scaling.mean, {}};
  scaling.append(table, training.rows);
  for (std::size_t f = 0; f < scaling.deviation.size(); ++f)
    training.scale.push_back(scaling.varies(f) ? 1 / scaling.deviation[f] : 0);
  return training;
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
    weights[as_size(c)] = linear_weights(L2R_L2LOSS_SVC_DUAL, svm_cost, nodes, column, rows.width() + 1);
  });
  return weights;
}

/// [width + 1, K]
std::vector<Scalar> fit_table(const Wanted& wanted, Training training, int threads) {
  const double factor = scale(training.rows);
  const std::vector<std::vector<float>> weights = fit_columns(wanted, training.rows, threads);
  std::vector<Scalar> table;
  std::vector<float> column(weights.size());
  std::vector<double> last;  // what the means are worth comes off the constant
  for (std::size_t f = 0; f <= training.scale.size(); ++f) {
    for (std::size_t c = 0; c < weights.size(); ++c) column[c] = weights[c][f];
    const std::vector<float> outputs =
        wanted.outputs(column);  // two labels have one column, and half of it each
    const double share = sureness * static_cast<double>(column.size()) / static_cast<double>(outputs.size());
    last.resize(outputs.size());
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const double weight = share * static_cast<double>(outputs[k]);
      const bool is_last = f == training.scale.size();
      table.push_back(static_cast<Scalar>(is_last ? last[k] + weight : factor * training.scale[f] * weight));
      if (!is_last) last[k] -= training.mean[f] * static_cast<double>(table.back());
    }
  }
  return table;
}

}  // namespace

std::span<Scalar> numbers_of(Model& model, const char* name) {
  Parameters& parameters = model.classifier->parameters();
  const auto view = std::ranges::find(parameters.views(), name, &ParameterView::name);
  return {parameters.data() + view->offset, as_size(view->size)};
}

void check_linear_model(const DataConfig& config, const Task& task, const Sequences& train) {
  const std::string key(linear_model_key(config));
  if (key.empty() || task.level() == Level::row) return;  // which the network refuses
  if (Wanted(task, train).is_numbers())
    throw OptionError(key, key + " is for tasks with labels, but this one has numbers; leave it out");
  if (const Index most = most_series_features(train.size()); config.series_features > most)
    throw OptionError(key,
                      fmt::format("{} is {}, but the linear model is fitted to at most {} features of {}; "
                                  "leave it out, or set it to {} or less",
                                  key, config.series_features, most, counted(train.size(), "series"), most));
}

void fit_linear_model(Model& model, const Sequences& train, int threads) {
  if (linear_model_key(model.config.data).empty()) return;
  const Wanted wanted(*model.task, train);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(train, samples);
  if (model.config.data.text_features > 0) {
    const std::span<Scalar> table = numbers_of(model, text_table);
    const Index width = std::ssize(table) / model.task->outputs() - 1;
    std::ranges::copy(fit_table(wanted, of_texts(batch, width), threads), table.begin());
    return;
  }
  const MiniRocket rocket = rocket_of(model.input);
  const std::span<Scalar> biases = numbers_of(model, series_biases);
  std::ranges::copy(rocket.biases(batch), biases.begin());
  std::ranges::copy(fit_table(wanted, of_series(rocket, biases, train, threads), threads),
                    numbers_of(model, series_table).begin());
}

}  // namespace orochi
