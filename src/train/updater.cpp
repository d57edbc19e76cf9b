#include <algorithm>
#include <cmath>

#include <orochi/error.hpp>
#include <orochi/profile.hpp>
#include <orochi/updater.hpp>

#include "core/thread_pool.hpp"

namespace orochi {

Updater::Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters)
    : optimizer_(std::move(optimizer)), parameters_(parameters) {
  const std::vector<std::string> names = optimizer_->moments();
  for (const std::string& name : names)
    if (!is_tensor_name(name) || name.find('.') != std::string::npos || std::ranges::count(names, name) > 1)
      throw failure(
          "[optimizer] expected moments of names of their own, of letters, digits, '_' and '-', found \"" +
          name + "\"");
  for (const std::string& name : names)
    moments_.push_back(
        {"optimizer/" + name, std::vector<Scalar>(static_cast<std::size_t>(parameters.size()))});
  for (Moment& moment : moments_) buffers_.push_back(moment.values.data());
}

void Updater::update(Gradient gradient, double learning_rate) {
  if (!std::isfinite(gradient.norm())) throw failure("[update] expected a gradient of finite norm");
  Stepper& stepper = gradient.stepper();
  if (&stepper.model_.parameters() != &parameters_)
    throw failure("[update] the gradient is of another model than the parameters");
  const UpdateStep step{++updates, learning_rate, gradient.scale_};
  stepper.pool_->for_each(std::ssize(stepper.ranges_), [&](Index r, int worker) {
    const ParameterRange& range = stepper.ranges_[static_cast<std::size_t>(r)];
    const Index passes = 3 + 2 * std::ssize(moments_);  // gradient, parameters, moments
    const double bytes = static_cast<double>((range.end - range.begin) * passes) * sizeof(Scalar);
    const Measure measure(stepper.profile(worker), "update", Pass::forward, 0, bytes);
    update(step, range, stepper.sum_.gradient(range, stepper.scratch(worker)));
  });
}

void Updater::update(const UpdateStep& step, const ParameterRange& range, const Scalar* gradient) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  const auto at = static_cast<std::size_t>(entry.offset + range.begin),
             size = static_cast<std::size_t>(range.end - range.begin);
  UpdateStep own = step;
  own.rate *= entry.rate;
  optimizer_->update(
      own, {{parameters_.data() + at, size}, {gradient, size}, entry.use == Use::product, buffers_, at});
}

}  // namespace orochi
