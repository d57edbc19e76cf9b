// What is fitted before the encoder is trained: the linear model beside it.
#include <fmt/format.h>

#include "baseline/linear_model.hpp"
#include "layers/linear_model.hpp"
#include "run/training_run.hpp"

namespace orochi {

/// With the note of what it is worth alone, or nearly: an encoder that has learned nothing is beside it.
void Trainer::fit_before() {
  if (linear_model_key(config_.data).empty()) return;
  const Clock::time_point start = Clock::now();
  fit_linear_model(model_, data_.train, threads_);
  std::string text = fmt::format("fitted a linear model in {:.1f} s", seconds_since(start));
  if (validated()) {
    const Metrics metrics = evaluate(inference_, task_, data_.validation).metrics;
    text += fmt::format(": validation {} {:.4f} by itself", measured_.metrics[monitored_].name,
                        values_of(metrics, measured_.metrics)[monitored_]);
  }
  observer_.note(text + "; below, train's figures are of the encoder alone, validation's of both");
}

}  // namespace orochi
