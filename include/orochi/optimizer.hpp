// Optimizers: the rules by which an update changes the parameters; and their registry.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/error.hpp>
#include <orochi/registry.hpp>
#include <orochi/scalar.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What all parameters of one update share.
struct UpdateStep {
  std::uint64_t number = 1;   // t: 1 for the first update; steps that were left out do not count
  double rate = 0;            // the learning rate
  double gradient_scale = 1;  // the gradient is to be multiplied by it: clipping
};

/// Parameters that are updated together: a part of one tensor, with what belongs to each of its numbers.
class UpdateRange {
 public:
  UpdateRange(std::span<Scalar> weights, std::span<const Scalar> gradients, bool weights_decay,
              std::span<Scalar* const> moments, std::size_t at)
      : weight(weights), gradient(gradients), decays(weights_decay), moments_(moments), at_(at) {}

  std::size_t size() const { return weight.size(); }
  /// The numbers of moment i, in the order of Optimizer::moments().
  std::span<Scalar> moment(std::size_t i) const {
    if (i >= moments_.size()) throw failure("[optimizer] asks for a moment that moments() does not name");
    return {moments_[i] + at_, size()};
  }

  std::span<Scalar> weight;          // [size], to be changed
  std::span<const Scalar> gradient;  // [size]
  bool decays;                       // weight decay applies: not to biases, norms and embeddings

 private:
  std::span<Scalar* const> moments_;
  std::size_t at_;
};

/// An update rule: const, made from the options of a config.
class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Names of what is kept for each parameter from one update to the next, 0 at first. A checkpoint has
  /// them as /optimizer/NAME.
  virtual std::vector<std::string> moments() const = 0;
  /// Changes weights and moments of one range. Threads call it for many ranges at a time; each number may
  /// depend on those of its own index alone, so that the cuts between ranges do not show.
  virtual void update(const UpdateStep& step, const UpdateRange& range) const = 0;
};

/// A registered optimizer: the name a config uses, what it is, its options, how to make it.
struct OptimizerEntry {
  std::string name;
  std::string summary;  // one line
  std::vector<Option> options;
  std::function<std::unique_ptr<Optimizer>(const Settings&)> make;
};

using Optimizers = Registry<OptimizerEntry>;

}  // namespace orochi
#pragma GCC visibility pop
