// The linear model beside the encoder of a run: fitted before training, weighed after each epoch.
#include "baseline/linear_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/batching.hpp>

#include "inference/evaluate_outputs.hpp"
#include "layers/linear_model.hpp"
#include "run/linear_shares.hpp"
#include "run/training_run.hpp"

namespace orochi {

void Trainer::fit_before() {
  if (linear_model_key(config_.data).empty()) return;
  const Clock::time_point start = Clock::now();
  fit_linear_model(model_, data_.train, threads_);
  std::string text = fmt::format("fitted a linear model in {:.1f} s", seconds_since(start));
  if (validated()) {
    set_shares({0, 1});
    const Metrics metrics = evaluate(inference_, task_, data_.validation).metrics;
    text += fmt::format(": validation {} {:.4f} by itself", measured_.metrics[monitored_].name,
                        values_of(metrics, measured_.metrics)[monitored_]);
  }
  set_shares(request_.linear_shares);
  observer_.note(
      text + "; below, train's figures are of the encoder alone, validation's of both, weighed on that data");
}

void Trainer::set_shares(std::array<Scalar, 2> shares) {
  std::ranges::copy(shares, numbers_of(model_, linear_shares).begin());
}

Evaluation Trainer::validate() {
  if (linear_model_key(config_.data).empty()) return evaluate(inference_, task_, data_.validation, &task_);
  return evaluate_outputs(*model_.classifier, task_, data_.validation, &task_,
                          [this](const Batch& batch, const Inference::Take& take) {
                            if (linear_outputs_.empty()) {  // the same after each epoch
                              set_shares({0, 1});
                              const std::span<const Scalar> outputs = inference_.outputs(batch);
                              linear_outputs_.assign(outputs.begin(), outputs.end());
                            }
                            inference_.set_encoder_alone(true);
                            const std::span<const Scalar> encoder = inference_.outputs(batch);
                            inference_.set_encoder_alone(false);
                            const std::array<Scalar, 2> shares =
                                best_shares(task_, encoder, linear_outputs_, batch.targets);
                            set_shares(shares);
                            std::vector<Scalar> outputs(encoder.size());
                            for (std::size_t i = 0; i < outputs.size(); ++i)
                              outputs[i] = output_of_both(encoder[i], linear_outputs_[i], shares.data());
                            take(0, outputs);
                          });
}

}  // namespace orochi
