// An optimizer at work on the flat parameters.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <orochi/optimizer.hpp>
#include <orochi/stepper.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What mean of the parameters is taken: by a moving average, or, without `decay`, the plain mean from update
/// number `first` on.
struct Averaging {
  double decay = 0;
  std::uint64_t first = 0;
};

/// What train.ema_decay or train.swa_start asks for in a run of `total` updates; nothing: no mean.
std::optional<Averaging> averaging_of(const TrainConfig& config, std::uint64_t total);

/// What train.moments asks for: the seed for rounding them to bf16; nothing: they are not rounded.
std::optional<std::uint64_t> rounding_seed_of(const TrainConfig& config);

/// Holds the moments and counts the updates.
class Updater {
 public:
  /// With a seed for rounding the optimizer's moments are kept in bf16, half the memory. They are rounded up
  /// or down at random, so that their mean is right and small changes are not lost; randomness is counted
  /// from the seed, the update and the parameter's place.
  Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters,
          std::optional<std::uint64_t> rounding_seed = {});

  /// From now on takes a mean of the parameters after each update, too.
  void keep_average(Averaging averaging);
  /// Exchanges the parameters and their mean, if there is one: to validate and to save it. Once more brings
  /// them back.
  void exchange_average();

  /// Changes the parameters by a gradient, which is used up. A failure where its norm is not finite.
  void update(Gradient gradient, double learning_rate);
  /// One range of it, from its gradient [end - begin]: ranges are updated side by side.
  void update(const UpdateStep& step, const ParameterRange& range, const Scalar* gradient);

  /// Numbers of an optimizer, one a parameter.
  struct Moment {
    std::string path;                        // in checkpoints: optimizer/first_moment
    std::vector<Scalar> values;              // flat; or
    std::vector<std::uint16_t> halves = {};  // the same in bf16
    /// The numbers, in `room` where they are kept in bf16.
    std::span<const Scalar> numbers(std::vector<Scalar>& room) const;
    void set(std::span<const Scalar> numbers);
  };
  /// The optimizer's, then the mean: what a checkpoint needs to go on from.
  std::vector<Moment>& moments() { return moments_; }
  /// Updates that were made: set where training goes on from a checkpoint.
  std::uint64_t updates = 0;

 private:
  void update_halves(const UpdateStep& step, const UpdateRange& range, std::size_t at);

  std::unique_ptr<const Optimizer> optimizer_;
  Parameters& parameters_;
  std::vector<Moment> moments_;
  std::vector<Scalar*> buffers_;  // of the optimizer's moments
  std::optional<Averaging> averaging_;
  std::optional<std::uint64_t> rounding_seed_;  // of moments in bf16
};

}  // namespace orochi
#pragma GCC visibility pop
