#include "train/stepper.hpp"

#include <algorithm>
#include <cmath>
#include <orochi/ops.hpp>

#include "core/kernels/kernels.hpp"
#include "data/batching.hpp"
#include "train/parallel.hpp"

namespace orochi {
namespace {

constexpr Index range_length = 8192;  // scalars a worker reduces at a time: 32 KB stay in the first cache

Index count_correct(Var logits, std::span<const std::int32_t> labels) {
  Index correct = 0;
  for (Index b = 0; b < logits.rows(); ++b) {
    const Scalar* row = logits.data() + b * logits.cols();  // [K]
    correct += std::max_element(row, row + logits.cols()) - row == labels[static_cast<std::size_t>(b)];
  }
  return correct;
}

}  // namespace

Stepper::Stepper(Classifier& model, const TrainConfig& config, std::vector<Scalar> class_weights, int threads)
    : model_(model),
      config_(config),
      class_weights_(std::move(class_weights)),
      threads_(std::max(threads, 1)),
      optimizer_(config, model.parameters()),
      gradient_(static_cast<std::size_t>(model.parameters().size())),
      ranges_(parameter_ranges(model.parameters(), range_length)),
      squares_(ranges_.size()) {
  for (int i = 0; i < threads_; ++i)
    tapes_.push_back(std::make_unique<Tape>(model.parameters(), config.kernels.c_str()));
  for (Index i = 0; i < config.lanes; ++i) lanes_.push_back(std::make_unique<Gradients>(model.parameters()));
}
Stepper::~Stepper() = default;

double Stepper::weight_of(std::span<const std::int32_t> labels) const {
  if (class_weights_.empty()) return static_cast<double>(labels.size());
  double sum = 0;
  for (const std::int32_t label : labels)
    sum += static_cast<double>(class_weights_[static_cast<std::size_t>(label)]);
  return sum;
}

StepSums Stepper::run_lane(Tape& tape, Gradients& gradients, const Batch& lane, double normaliser,
                           RandomKey key) {
  gradients.clear();
  tape.begin(Mode::train, &gradients, key);
  const Var logits = model_.forward(tape, lane);  // [b, K]
  const Var loss = cross_entropy(logits, lane.labels, {config_.label_smoothing, class_weights_, normaliser});
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  return {static_cast<double>(loss.value()(0, 0)) * normaliser, weight_of(lane.labels),
          count_correct(logits, lane.labels)};
}

StepSums Stepper::accumulate(const Batch& batch, double normaliser, RandomKey key, bool first) {
  const std::vector<Index> cuts = cut_lanes(batch, config_.lanes);
  const Index count = static_cast<Index>(cuts.size()) - 1;
  std::vector<StepSums> sums(static_cast<std::size_t>(count));
  parallel_for(count, threads_, [&](Index i, int worker) {
    const std::size_t lane = static_cast<std::size_t>(i);
    sums[lane] = run_lane(*tapes_[static_cast<std::size_t>(worker)], *lanes_[lane],
                          slice(batch, cuts[lane], cuts[lane + 1]), normaliser, key);
  });

  std::vector<Gradients*> used;
  for (Index i = 0; i < count; ++i) used.push_back(lanes_[static_cast<std::size_t>(i)].get());
  parallel_for(static_cast<Index>(ranges_.size()), threads_, [&](Index r, int) {
    reduce(model_.parameters(), used, ranges_[static_cast<std::size_t>(r)], gradient_.data(), !first);
  });
  StepSums total;
  for (const StepSums& lane : sums) {
    total.loss += lane.loss;
    total.weight += lane.weight;
    total.correct += lane.correct;
  }
  return total;
}

double Stepper::update(std::uint64_t step, double learning_rate) {
  const Parameters& parameters = model_.parameters();
  const Index count = static_cast<Index>(ranges_.size());
  parallel_for(count, threads_, [&](Index r, int) {
    const ParameterRange& range = ranges_[static_cast<std::size_t>(r)];
    const Index at = parameters.entries()[static_cast<std::size_t>(range.id)].offset + range.begin;
    squares_[static_cast<std::size_t>(r)] =
        kernels::sum_of_squares(range.end - range.begin, gradient_.data() + at);
  });
  double sum = 0;
  for (const double square : squares_) sum += square;
  const double norm = std::sqrt(sum);
  if (!std::isfinite(norm)) return norm;
  const bool clip = config_.max_grad_norm > 0 && norm > config_.max_grad_norm;
  optimizer_.begin(step, learning_rate, clip ? config_.max_grad_norm / norm : 1.0);
  parallel_for(count, threads_, [&](Index r, int) {
    optimizer_.update(ranges_[static_cast<std::size_t>(r)], gradient_.data());
  });
  return norm;
}

}  // namespace orochi
