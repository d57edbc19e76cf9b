#include <algorithm>
#include <cmath>
#include <utility>

#include <orochi/error.hpp>
#include <orochi/stepper.hpp>

#include "core/as_size.hpp"
#include "train/objective.hpp"

namespace orochi {

Gradient::Gradient(Stepper& stepper) : stepper_(&stepper) { stepper.gradient_ = this; }
Gradient::Gradient(Gradient&& other) noexcept
    : stepper_(std::exchange(other.stepper_, nullptr)),
      norm_(other.norm_),
      scale_(other.scale_),
      is_empty_(other.is_empty_) {
  if (stepper_ != nullptr) stepper_->gradient_ = this;
}
Gradient::~Gradient() {
  if (stepper_ != nullptr) stepper_->gradient_ = nullptr;
}

Stepper& Gradient::stepper() const {
  if (stepper_ == nullptr)
    throw failure("[gradient] it was used up by an update, moved, or its stepper is gone");
  return *stepper_;
}

StepSums Gradient::add(const Batch& batch, const LossFunction& loss, double normalizer, RandomKey key) {
  return add(batch, Objective{loss, nullptr, normalizer}, key);
}
StepSums Gradient::add(const Batch& batch, const Task& task, double normalizer, RandomKey key) {
  return add(batch, Objective{loss_of(task), &task, normalizer}, key);
}
StepSums Gradient::add(const Batch& batch, const Objective& objective, RandomKey key) {
  if (norm_) throw failure("[gradient] its norm was asked for: nothing can be added any more");
  return stepper().add(batch, objective, key, std::exchange(is_empty_, false));
}

double Gradient::norm() {
  if (is_empty_) throw failure("[gradient] no batch was added");
  if (!norm_) norm_ = std::sqrt(stepper().sum_of_squares());
  return *norm_;
}

double Gradient::clip(double most) {
  const double before = norm();
  if (most > 0 && before > most) scale_ = most / before;
  return before;
}

std::vector<Scalar> Gradient::flat() {
  norm();
  Stepper& s = stepper();
  std::vector<Scalar> result(s.model_.parameters().flat().size());
  for (const ParameterRange& range : s.ranges_) {
    const Index at = s.model_.parameters().entries()[as_size(range.id)].offset + range.begin;
    std::copy_n(s.sum_.gradient(range, s.scratch(0)), range.end - range.begin, result.begin() + at);
  }
  return result;
}

}  // namespace orochi
