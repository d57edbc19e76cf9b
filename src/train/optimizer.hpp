// Optimizers over the flat parameters.
#pragma once

#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/parameters.hpp>

namespace orochi {

/// SGD with momentum, Adam or AdamW: the update of one range at a time, so that ranges run side by side.
class Optimizer {
 public:
  Optimizer(const TrainConfig& config, Parameters& parameters);

  /// Sets what all ranges of this update share. `updates` were made before it, steps that were left out not
  /// counted; `grad_scale` multiplies the gradient (clipping).
  void begin(std::uint64_t updates, double learning_rate, double grad_scale);
  /// Updates the parameters of one range from its gradient [end - begin].
  void update(const ParameterRange& range, const Scalar* gradient);

  struct Moment {
    std::string path;            // in checkpoints: optimizer/first_moment
    std::vector<Scalar> values;  // flat
  };
  std::vector<Moment>& moments() { return moments_; }

 private:
  const TrainConfig& config_;
  Parameters& parameters_;
  std::vector<Moment> moments_;
  std::uint64_t updates_ = 0;
  double learning_rate_ = 0, grad_scale_ = 1;
};

}  // namespace orochi
