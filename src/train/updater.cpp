#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/profile.hpp>
#include <orochi/updater.hpp>

#include "core/choices.hpp"
#include "core/mix.hpp"
#include "core/thread_pool.hpp"
#include "train/halves.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_moments = 16;  // in bf16

}  // namespace

Updater::Updater(std::unique_ptr<const Optimizer> optimizer, Parameters& parameters,
                 std::optional<std::uint64_t> rounding_seed)
    : optimizer_(std::move(optimizer)), parameters_(parameters), rounding_seed_(rounding_seed) {
  const std::vector<std::string> names = optimizer_->moments();
  for (const std::string& name : names)
    if (!is_tensor_name(name) || name.find('.') != std::string::npos || std::ranges::count(names, name) > 1)
      throw failure(
          "[optimizer] expected moments of names of their own, of letters, digits, '_' and '-', found \"" +
          name + "\"");
  if (rounding_seed && names.size() > most_moments)
    throw failure(
        fmt::format("[optimizer] has {} moments, but in bf16 at most {}", names.size(), most_moments));
  const auto size = static_cast<std::size_t>(parameters.size());
  for (const std::string& name : names) {
    Moment& moment = moments_.emplace_back(Moment{"optimizer/" + name, {}});
    rounding_seed ? moment.halves.resize(size) : moment.values.resize(size);
  }
  for (Moment& moment : moments_) buffers_.push_back(moment.values.data());
}

std::optional<std::uint64_t> rounding_seed_of(const TrainConfig& config) {
  if (!moments_choice.is(config.moments, Precision::bf16)) return std::nullopt;
  return config.seed;
}

std::optional<Averaging> averaging_of(const TrainConfig& config, std::uint64_t total) {
  if (config.ema_decay > 0) return Averaging{config.ema_decay, 0};
  if (config.swa_start == 0) return std::nullopt;
  return Averaging{0, static_cast<std::uint64_t>(config.swa_start * static_cast<double>(total))};
}

std::span<const Scalar> Updater::Moment::numbers(std::vector<Scalar>& room) const {
  if (halves.empty()) return values;
  room.resize(halves.size());
  std::ranges::transform(halves, room.begin(), from_half);
  return room;
}

void Updater::Moment::set(std::span<const Scalar> numbers) {
  if (halves.empty())
    std::ranges::copy(numbers, values.begin());
  else
    std::ranges::transform(numbers, halves.begin(), [](Scalar number) { return to_half(number, 0); });
}

void Updater::keep_average(Averaging averaging) {
  for (const Moment& moment : moments_)
    if (moment.path == "optimizer/average")
      throw failure("[optimizer] a moment has the name of the parameters' mean, \"average\"");
  averaging_ = averaging;
  moments_.push_back(
      {"optimizer/average", std::vector<Scalar>(static_cast<std::size_t>(parameters_.size()))});
  for (std::size_t m = 0; m < buffers_.size(); ++m) buffers_[m] = moments_[m].values.data();
}

void Updater::exchange_average() {
  if (averaging_ && updates > 0) std::ranges::swap_ranges(parameters_.flat(), moments_.back().values);
}

namespace {

/// What is kept of the mean after an update. A moving average begins as a plain one, so that the initial
/// parameters do not stay in it (as TensorFlow's ExponentialMovingAverage does).
double kept_of_average(const Averaging& averaging, std::uint64_t update) {
  const auto n = static_cast<double>(update);
  if (averaging.decay > 0) return std::min(averaging.decay, (1 + n) / (10 + n));
  return update <= averaging.first ? 0 : 1 - 1 / (n - static_cast<double>(averaging.first) + 1);
}

}  // namespace

void Updater::update(Gradient gradient, double learning_rate) {
  if (!std::isfinite(gradient.norm())) throw failure("[update] expected a gradient of finite norm");
  Stepper& stepper = gradient.stepper();
  if (&stepper.model_.parameters() != &parameters_)
    throw failure("[update] the gradient is of another model than the parameters");
  if (averaging_ && updates == 0) std::ranges::copy(parameters_.flat(), moments_.back().values.begin());
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
  const UpdateRange whole{
      {parameters_.data() + at, size}, {gradient, size}, entry.use == Use::product, buffers_, at};
  if (rounding_seed_)
    update_halves(own, whole, at);
  else
    optimizer_->update(own, whole);
  if (!averaging_) return;
  const auto kept = static_cast<Scalar>(kept_of_average(*averaging_, step.number));
  const Scalar* parameters = parameters_.data() + at;
  Scalar* average = moments_.back().values.data() + at;
  for (std::size_t i = 0; i < size; ++i) average[i] = parameters[i] + kept * (average[i] - parameters[i]);
}

/// Piece by piece: the optimizer works on numbers of full length.
void Updater::update_halves(const UpdateStep& step, const UpdateRange& range, std::size_t at) {
  constexpr std::size_t piece = 256;
  std::array<Scalar, most_moments * piece> room;
  std::array<Scalar*, most_moments> buffers;
  for (std::size_t m = 0; m < most_moments; ++m) buffers[m] = room.data() + m * piece;
  const std::uint64_t key = mix(*rounding_seed_ ^ mix(step.number));
  const std::size_t count = buffers_.size();
  for (std::size_t first = 0; first < range.size(); first += piece) {
    const std::size_t size = std::min(piece, range.size() - first), begin = at + first;
    for (std::size_t m = 0; m < count; ++m)
      for (std::size_t i = 0; i < size; ++i) buffers[m][i] = from_half(moments_[m].halves[begin + i]);
    optimizer_->update(step, {range.weight.subspan(first, size), range.gradient.subspan(first, size),
                              range.decays, std::span(buffers).first(count), 0});
    for (std::size_t m = 0; m < count; ++m)
      for (std::size_t i = 0; i < size; ++i)
        moments_[m].halves[begin + i] = to_half(
            buffers[m][i],
            static_cast<std::uint32_t>(mix(key + (count * (begin + i) + m) * 0x9e3779b97f4a7c15u) >> 48));
  }
}

}  // namespace orochi
