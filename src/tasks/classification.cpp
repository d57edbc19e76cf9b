// One label a sequence: softmax over K classes, cross entropy.
#include "tasks/builtin.hpp"
#include "tasks/class_loss.hpp"

namespace orochi {
namespace {

class Classification : public ClassTask<LabelTask> {
 public:
  using ClassTask::ClassTask;

  void fit(std::span<const std::string> targets) override {
    LabelTask::fit(targets);
    loss_.check(labels());
  }
  void fit_split(std::span<const double> targets) override { loss_.fit(targets, labels()); }

  Figures metrics(const Outcomes& outcomes) const override {
    return class_figures(outcomes.targets, outcomes.kept, labels().names());
  }

  Prediction predict(std::span<const Scalar> outputs) const override {
    return {{labels().name(static_cast<double>(largest(outputs)))}, {}, softmax(outputs)};
  }
};

}  // namespace

void add_classification(Tasks& tasks) {
  tasks.add<Classification>(
      "classification", "one label a sequence: softmax and cross entropy", ClassLoss::options(),
      {{"accuracy", "accuracy"}, {"macro_f1", "macro F1"}, {"weighted_f1", "weighted F1"}});
}

}  // namespace orochi
