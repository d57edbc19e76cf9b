#include "train/updater.hpp"

namespace orochi {

Updater::Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters)
    : optimizer_(std::move(optimizer)), parameters_(parameters) {
  for (const std::string& name : optimizer_->moments())
    moments_.push_back(
        {"optimizer/" + name, std::vector<Scalar>(static_cast<std::size_t>(parameters.size()))});
  for (Moment& moment : moments_) buffers_.push_back(moment.values.data());
}

void Updater::begin(std::uint64_t updates, double learning_rate, double gradient_scale) {
  step_ = {updates + 1, learning_rate, gradient_scale};
}

void Updater::update(const ParameterRange& range, const Scalar* gradient) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  const auto at = static_cast<std::size_t>(entry.offset + range.begin),
             size = static_cast<std::size_t>(range.end - range.begin);
  optimizer_->update(
      step_, {{parameters_.data() + at, size}, {gradient, size}, entry.decay == Decay::yes, buffers_, at});
}

}  // namespace orochi
