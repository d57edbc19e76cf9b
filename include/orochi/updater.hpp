// An optimizer at work on the flat parameters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <orochi/optimizer.hpp>
#include <orochi/stepper.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Holds the moments and counts the updates.
class Updater {
 public:
  Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters);

  /// Changes the parameters by a gradient, which is used up. A failure where its norm is not finite.
  void update(Gradient gradient, double learning_rate);
  /// One range of it, from its gradient [end - begin]: ranges are updated side by side.
  void update(const UpdateStep& step, const ParameterRange& range, const Scalar* gradient);

  struct Moment {
    std::string path;            // in checkpoints: optimizer/first_moment
    std::vector<Scalar> values;  // flat
  };
  std::vector<Moment>& moments() { return moments_; }
  /// Updates that were made: set where training goes on from a checkpoint.
  std::uint64_t updates = 0;

 private:
  std::unique_ptr<const Optimizer> optimizer_;
  Parameters& parameters_;
  std::vector<Moment> moments_;
  std::vector<Scalar*> buffers_;  // of the moments
};

}  // namespace orochi
#pragma GCC visibility pop
