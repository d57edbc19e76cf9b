// Cross entropy over classes, with weights and smoothing: of a label a sequence, or a label a row.
#pragma once

#include <orochi/task.hpp>

namespace orochi {

class ClassLoss {
 public:
  static std::vector<Option> options();
  explicit ClassLoss(const Settings& settings);

  /// Sets the weights: the config's, or "balanced", N / (K x count), as scikit-learn; ids [M].
  void fit(std::span<const double> ids, const LabelSet& labels);
  /// A usage_error where the config has another number of weights than there are labels.
  void check(const LabelSet& labels) const;
  Var loss(Var outputs, const Batch& batch, double normalizer) const;
  double weight(double id) const {
    return weights_.empty() ? 1 : static_cast<double>(weights_[static_cast<std::size_t>(id)]);
  }

  static double item_loss(std::span<const Scalar> outputs, double id);

 private:
  double smoothing_;
  bool balanced_;
  std::vector<double> given_;    // [K] or empty
  std::vector<Scalar> weights_;  // [K] or empty
};

/// The class of the largest output [K], the first of equal ones.
Index largest(std::span<const Scalar> outputs);
/// softmax of one row of outputs, in double.
std::vector<double> softmax(std::span<const Scalar> outputs);

/// What tasks of one class an item share, whatever an item is.
template <class Base>
class ClassTask : public Base {
 public:
  explicit ClassTask(const Settings& settings) : loss_(settings) {}

  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    return loss_.loss(outputs, batch, normalizer);
  }
  double weight(std::span<const double> target) const override { return loss_.weight(target.front()); }

  double item_loss(std::span<const Scalar> outputs, std::span<const double> target) const override {
    return ClassLoss::item_loss(outputs, target.front());
  }
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override {
    return static_cast<double>(largest(outputs)) == target.front() ? 1 : 0;
  }
  Index kept() const override { return 1; }  // the predicted class
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    kept.front() = static_cast<double>(largest(outputs));
  }

 protected:
  ClassLoss loss_;
};

}  // namespace orochi
