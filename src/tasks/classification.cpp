// One label a sequence: softmax over K classes, cross entropy.
#include "tasks/builtin.hpp"
#include "tasks/class_loss.hpp"

namespace orochi {
namespace {

class Classification : public LabelTask {
 public:
  explicit Classification(const Settings& settings) : loss_(settings) {}

  void fit(std::span<const std::string> targets) override {
    LabelTask::fit(targets);
    loss_.check(labels());
  }
  void fit_split(std::span<const double> targets) override { loss_.fit(targets, labels()); }

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
  Figures metrics(const Outcomes& outcomes) const override {
    return class_figures(outcomes.targets, outcomes.kept, labels().names());
  }

  Prediction predict(std::span<const Scalar> outputs) const override {
    return {{labels().name(static_cast<double>(largest(outputs)))}, {}, softmax(outputs)};
  }

 private:
  ClassLoss loss_;
};

}  // namespace

void add_classification(Tasks& tasks) {
  tasks.add<Classification>(
      "classification", "one label a sequence: softmax and cross entropy", ClassLoss::options(),
      {{"accuracy", "accuracy"}, {"macro_f1", "macro F1"}, {"weighted_f1", "weighted F1"}});
}

}  // namespace orochi
