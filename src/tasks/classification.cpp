// One label a sequence, with probabilities that may be calibrated on the validation data.
#include <algorithm>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "statistics/temperature.hpp"
#include "tasks/builtin.hpp"
#include "tasks/class_task.hpp"

namespace orochi {
namespace {

std::vector<Option> all_options() {
  std::vector<Option> options = ClassTask::options();
  options.emplace_back(
      "calibrate", false,
      "divide logits by a temperature before they become probabilities: the one of the lowest "
      "loss on validation data");
  return options;
}

class Classification final : public ClassTask {
 public:
  explicit Classification(const Settings& settings)
      : ClassTask(settings), calibrates_(settings.flag("calibrate")) {}

  // The temperature asks for all logits.
  Index kept() const override { return calibrates_ ? outputs() : ClassTask::kept(); }
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    if (calibrates_)
      std::copy(outputs.begin(), outputs.end(), kept.begin());
    else
      ClassTask::keep(outputs, kept);
  }
  Figures metrics(const Outcomes& outcomes) const override {
    if (!calibrates_) return ClassTask::metrics(outcomes);
    std::vector<double> found;  // [M]
    for (auto row = outcomes.kept.begin(); row != outcomes.kept.end(); row += outputs())
      found.push_back(static_cast<double>(std::max_element(row, row + outputs()) - row));
    return class_figures(outcomes.targets, found, labels().names());
  }
  void tune(const Outcomes& validation) override {
    if (calibrates_) temperature_ = fit_temperature(validation.kept, validation.targets, outputs());
  }

  void save(State& state) const override {
    ClassTask::save(state);
    if (calibrates_) state.set("tuned_temperature", std::vector<double>{temperature_});
  }
  void load(const State& state) override {
    ClassTask::load(state);
    if (!state.has("tuned_temperature")) return;
    const std::vector<double>& tuned = state.numbers("tuned_temperature");
    if (tuned.size() != 1 || !(tuned.front() > 0))
      throw usage_error("its temperature is not one number above 0");
    temperature_ = tuned.front();
  }

 private:
  double temperature() const override { return temperature_; }

  bool calibrates_;
  double temperature_ = 1;
};

}  // namespace

void add_classification(Tasks& tasks) {
  tasks.add<Classification>(
      "classification", "one label a sequence: softmax and cross entropy", all_options(),
      {{"accuracy", "accuracy"}, {"macro_f1", "macro F1"}, {"weighted_f1", "weighted F1"}, {"mcc", "MCC"}});
}

}  // namespace orochi
