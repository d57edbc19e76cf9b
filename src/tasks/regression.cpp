// One or several numbers a sequence, as the training split's mean and standard deviation scale them.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "statistics/ranks.hpp"
#include "tasks/builtin.hpp"

namespace orochi {
namespace {

class Regression : public Task {
 public:
  explicit Regression(const Settings& settings)
      : huber_(settings.word("loss") == "huber"), delta_(settings.number("delta")) {}

  Index outputs() const override { return std::ssize(mean_); }
  Index target_width() const override { return outputs(); }
  bool are_numbers() const override { return true; }
  char separator() const override { return ','; }

  std::string check(std::string_view target) const override {
    try {
      if (numbers_of(target).empty()) return "the target is empty; expected a number";
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
  /// The first target says how many numbers there are.
  void fit(std::span<const std::string> targets) override {
    mean_.assign(targets.empty() ? 1 : numbers_of(targets.front()).size(), 0);
    std_.assign(mean_.size(), 1);
  }
  void fit_split(std::span<const double> targets) override;
  void parse(std::string_view target, std::vector<double>& numbers) const override {
    const std::vector<double> found = numbers_of(target);
    if (found.size() != mean_.size())
      throw usage_error(fmt::format("the target {} has {}; expected {}, as the first one", quote(target),
                                    counted(std::ssize(found), "number"), mean_.size()));
    numbers.insert(numbers.end(), found.begin(), found.end());
  }
  std::string text(std::span<const double> target) const override {
    return fmt::format("{}", fmt::join(target, ","));
  }
  void save(State& state) const override {
    state.set("mean", mean_);
    state.set("std", std_);
  }
  void load(const State& state) override;
  std::string summary() const override { return counted(outputs(), "number") + " a sequence to predict"; }

  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    const std::size_t count = batch.targets.size();
    double* numbers = outputs.tape().allocate_as<double>(std::ssize(batch.targets));  // [B, W]
    for (std::size_t i = 0; i < count; ++i) numbers[i] = scale(batch.targets[i], i % mean_.size());
    const std::span<const double> scaled(numbers, count);
    return huber_ ? huber(outputs, scaled, batch.weights, delta_, normalizer)
                  : mean_squared_error(outputs, scaled, batch.weights, normalizer);
  }
  /// Of always answering the mean: the variance, which is 1 as targets are scaled.
  double chance_loss() const override { return 1; }

  double item_loss(std::span<const Scalar> outputs, std::span<const double> target) const override {
    double sum = 0;
    for (std::size_t k = 0; k < target.size(); ++k) {
      const double e = std::abs(static_cast<double>(outputs[k]) - scale(target[k], k));
      sum += !huber_ ? e * e : e <= delta_ ? e * e / 2 : delta_ * (e - delta_ / 2);
    }
    return sum / static_cast<double>(target.size());
  }
  /// In the targets' own units.
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override {
    double sum = 0;
    for (std::size_t k = 0; k < target.size(); ++k) sum += std::abs(value(outputs[k], k) - target[k]);
    return sum / static_cast<double>(target.size());
  }
  std::string score_name() const override { return "mae"; }
  bool higher_score_is_better() const override { return false; }
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    for (std::size_t k = 0; k < kept.size(); ++k) kept[k] = value(outputs[k], k);
  }
  Figures metrics(const Outcomes& outcomes) const override {
    return number_figures(outcomes.kept, outcomes.targets, mean_.size());
  }

  Prediction predict(std::span<const Scalar> outputs) const override {
    Prediction prediction;
    for (std::size_t k = 0; k < outputs.size(); ++k) prediction.values.push_back(value(outputs[k], k));
    return prediction;
  }
  std::string answer_name() const override { return outputs() == 1 ? "value" : "values"; }
  bool answers_list() const override { return outputs() > 1; }

 private:
  /// Of "1.5" or "1.5,-2".
  static std::vector<double> numbers_of(std::string_view target) {
    std::vector<double> numbers;
    for (const std::string_view part : split_list(target, ',')) numbers.push_back(parse_number(part));
    return numbers;
  }
  double scale(double target, std::size_t k) const { return (target - mean_[k]) / std_[k]; }
  double value(Scalar output, std::size_t k) const {
    return static_cast<double>(output) * std_[k] + mean_[k];
  }

  bool huber_;
  double delta_;
  std::vector<double> mean_, std_;  // [W]
};

void Regression::fit_split(std::span<const double> targets) {
  const std::size_t width = mean_.size(), count = targets.size() / width;
  if (count == 0) return;
  const auto mean_of = [&](std::size_t k, const auto& f) {
    double sum = 0;
    for (std::size_t i = k; i < targets.size(); i += width) sum += f(targets[i]);
    return sum / static_cast<double>(count);
  };
  for (std::size_t k = 0; k < width; ++k) {
    mean_[k] = mean_of(k, [](double t) { return t; });
    const double variance = mean_of(k, [&](double t) { return (t - mean_[k]) * (t - mean_[k]); });
    std_[k] = variance > 0 ? std::sqrt(variance) : 1;
  }
}

void Regression::load(const State& state) {
  mean_ = state.numbers("mean");
  std_ = state.numbers("std");
  const auto finite = [](double x) { return std::isfinite(x); };
  if (mean_.empty() || mean_.size() != std_.size() || !std::all_of(mean_.begin(), mean_.end(), finite) ||
      !std::all_of(std_.begin(), std_.end(), [&](double s) { return finite(s) && s > 0; }))
    throw usage_error("the means and deviations of its targets do not go together");
}

}  // namespace

Figures number_figures(std::span<const double> numbers, std::span<const double> targets, std::size_t width) {
  const std::size_t count = targets.size() / width;
  Figures figures{{0, 0, 0, 0}, {}, {}, {}};
  for (std::size_t k = 0; k < width; ++k) {
    std::vector<double> found, wanted;  // [B]
    for (std::size_t i = k; i < targets.size(); i += width) {
      found.push_back(numbers[i]);
      wanted.push_back(targets[i]);
    }
    const double n = static_cast<double>(count),
                 mean = std::accumulate(wanted.begin(), wanted.end(), 0.0) / n;
    double squares = 0, absolute = 0, variance = 0;
    for (std::size_t i = 0; i < count; ++i) {
      squares += (found[i] - wanted[i]) * (found[i] - wanted[i]);
      absolute += std::abs(found[i] - wanted[i]);
      variance += (wanted[i] - mean) * (wanted[i] - mean);
    }
    const double r2 = variance > 0 ? 1 - squares / variance : squares == 0 ? 1 : 0;
    const double of[] = {r2, absolute / n, std::sqrt(squares / n), spearman(found, wanted)};
    for (std::size_t m = 0; m < 4; ++m) figures.values[m] += of[m] / static_cast<double>(width);
  }
  return figures;
}

void add_regression(Tasks& tasks) {
  tasks.add<Regression>(
      "regression", "one or several numbers a sequence: mean squared error or Huber's loss of scaled targets",
      {Option("loss", "mse", "mse: squared error; huber: squared up to delta, then absolute")
           .one_of({"mse", "huber"}),
       Option("delta", 1.0, "huber: where it turns, in standard deviations of the targets").above(0)},
      {{"r2", "R2"}, {"mae", "MAE", false}, {"rmse", "RMSE", false}, {"spearman", "Spearman"}});
}

}  // namespace orochi
