#include "tasks/class_task.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

/// Of one row of outputs divided by the temperature, in double.
std::vector<double> softmax(std::span<const Scalar> outputs, double temperature) {
  const auto most = static_cast<double>(*std::max_element(outputs.begin(), outputs.end()));
  std::vector<double> result;  // [K]
  for (const Scalar output : outputs)
    result.push_back(std::exp((static_cast<double>(output) - most) / temperature));
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& p : result) p /= sum;
  return result;
}

}  // namespace

std::vector<Option> ClassTask::options() {
  return {Option("label_smoothing", 0.0, "share of the target spread over all classes").from(0).below(1),
          Option("class_weights", std::vector<double>{},
                 "weight of each label in the loss, in the order that `orochi inspect` shows; \"balanced\": "
                 "N / (K x count); []: all 1")
              .from(1e-30)
              .to(1e30)
              .one_of({"balanced"})};
}

ClassTask::ClassTask(const Settings& settings)
    : smoothing_(settings.number("label_smoothing")),
      balanced_(settings.word("class_weights") == "balanced"),
      given_(settings.numbers("class_weights")) {}

void ClassTask::fit(std::span<const std::string> targets) {
  LabelTask::fit(targets);
  check_weights();
}

std::vector<std::string> ClassTask::new_labels(std::span<const std::string> targets) const {
  return labels().missing(std::vector<std::string_view>(targets.begin(), targets.end()));
}

void ClassTask::check_weights() const {
  if (!given_.empty() && std::ssize(given_) != labels().size())
    throw OptionError(
        "class_weights",
        fmt::format("class_weights has {}, but the data has {} labels: {}; give one weight a "
                    "label, in this order, or \"balanced\"",
                    counted(std::ssize(given_), "number"), labels().size(), quote_list(labels().names())));
}

void ClassTask::fit_split(std::span<const double> ids) {
  check_weights();  // again: further training may have added labels
  std::vector<double> weights = given_;
  if (balanced_) {
    weights.assign(as_size(labels().size()), 0);
    for (const double id : ids) weights[static_cast<std::size_t>(id)] += 1;
    const double share = static_cast<double>(ids.size()) / static_cast<double>(labels().size());
    for (double& weight : weights) weight = weight == 0 ? 0 : share / weight;
  }
  weights_.assign(weights.begin(), weights.end());
}

Var ClassTask::loss(Var outputs, const Batch& batch, double normalizer) const {
  const std::size_t count = batch.targets.size();
  auto* ids = outputs.tape().allocate_as<std::int32_t>(std::ssize(batch.targets));  // [M]
  std::transform(batch.targets.begin(), batch.targets.end(), ids,
                 [](double id) { return static_cast<std::int32_t>(id); });
  return cross_entropy(outputs, {ids, count}, {smoothing_, weights_, normalizer, batch.weights});
}

double ClassTask::weight(std::span<const double> id) const {
  return weights_.empty() ? 1 : static_cast<double>(weights_[static_cast<std::size_t>(id.front())]);
}

double ClassTask::item_loss(std::span<const Scalar> outputs, std::span<const double> id) const {
  return kernels::sum_of_exponentials(std::ssize(outputs), outputs.data())
      .negative_log(outputs[static_cast<std::size_t>(id.front())]);
}

Prediction ClassTask::predict(std::span<const Scalar> outputs) const {
  Prediction prediction = LabelTask::predict(outputs);
  const auto k = as_size(labels().size());
  for (std::size_t at = 0; at < outputs.size(); at += k) {
    const std::vector<double> p = softmax(outputs.subspan(at, k), temperature());
    prediction.scores.insert(prediction.scores.end(), p.begin(), p.end());
  }
  return prediction;
}

}  // namespace orochi
