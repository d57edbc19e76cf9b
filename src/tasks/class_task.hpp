// One class an item: softmax and cross entropy, with weights and smoothing.
#pragma once

#include <orochi/task.hpp>

namespace orochi {

class ClassTask : public LabelTask {
 public:
  static std::vector<Option> options();
  explicit ClassTask(const Settings& settings);

  void fit(std::span<const std::string> targets) override;
  std::vector<std::string> new_labels(std::span<const std::string> targets) const override;
  void add_labels(std::span<const std::string> added) override { labels().add(added); }
  /// Sets the weights: the config's, or "balanced", N / (K x count), as scikit-learn.
  void fit_split(std::span<const double> ids) override;
  Var loss(Var outputs, const Batch& batch, double normalizer) const override;
  double weight(std::span<const double> id) const override;
  double item_loss(std::span<const Scalar> outputs, std::span<const double> id) const override;
  Prediction predict(std::span<const Scalar> outputs) const override;
  std::vector<std::string> score_names() const override { return labels().names(); }

 private:
  void check_weights() const;
  /// What logits are divided by before they become probabilities.
  virtual double temperature() const { return 1; }

  double smoothing_;
  bool balanced_;
  std::vector<double> given_;    // [K] or empty
  std::vector<Scalar> weights_;  // [K] or empty
};

}  // namespace orochi
