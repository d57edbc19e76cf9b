// An optimizer at work on the flat parameters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <orochi/optimizer.hpp>
#include <orochi/parameters.hpp>

namespace orochi {

/// Holds the moments, and updates one range at a time, so that ranges run side by side.
class Updater {
 public:
  Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters);

  /// Sets what all ranges of this update share. `updates` were made before it, steps that were left out not
  /// counted; `gradient_scale` multiplies the gradient (clipping).
  void begin(std::uint64_t updates, double learning_rate, double gradient_scale);
  /// Updates the parameters of one range from its gradient [end - begin].
  void update(const ParameterRange& range, const Scalar* gradient);

  struct Moment {
    std::string path;            // in checkpoints: optimizer/first_moment
    std::vector<Scalar> values;  // flat
  };
  std::vector<Moment>& moments() { return moments_; }

 private:
  std::unique_ptr<const Optimizer> optimizer_;
  Parameters& parameters_;
  std::vector<Moment> moments_;
  std::vector<Scalar*> buffers_;  // of the moments
  UpdateStep step_;
};

}  // namespace orochi
