#include <algorithm>
#include <numeric>

#include <orochi/losses.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

/// As PyTorch defines it with weights w and smoothing s: of one row of logits [K],
///   (1 - s) w[label] nll[label] + s / K sum_k w[k] nll[k],   nll[k] = logsumexp(logits) - logits[k],
/// over the normalizer. Single logits count in float, sums over classes in double: there may be very many,
/// and the loss is compared between programs.
class Loss {
 public:
  Loss(Index k, const LossOptions& options)
      : k_(k), weights_(options.weights.empty() ? nullptr : options.weights.data()) {
    label_share_ = (1 - options.label_smoothing) / options.normalizer;
    class_share_ = options.label_smoothing / static_cast<double>(k) / options.normalizer;
    sum_of_weights_ = weights_ == nullptr
                          ? static_cast<double>(k)
                          : std::accumulate(options.weights.begin(), options.weights.end(), 0.0);
  }

  double of(const Scalar* logits, Index label, const kernels::ExponentialSum& sum) const {
    const double own = label_share_ * weight(label) * sum.negative_log(logits[label]);
    return class_share_ == 0 ? own : own + class_share_ * smoothed(logits, sum);
  }

  /// dlogits [K] (+)= factor d loss / d logits; e holds the logits' exponentials [K].
  void add_gradient(double factor, const Scalar* e, Index label, double sum, GradientTarget dlogits) const {
    const double own = factor * label_share_ * weight(label), other = factor * class_share_;
    const auto scale = static_cast<Scalar>((own + other * sum_of_weights_) / sum),
               shift = static_cast<Scalar>(other);
    const Scalar before = dlogits.accumulate ? dlogits.data[label] : 0;
    kernels::scale_and_shift(k_, scale, e, shift, weights_, dlogits.data, dlogits.accumulate);
    // The label's own: where its probability is close to 1, a float would lose the difference.
    const double at = static_cast<double>(e[label]);
    dlogits.data[label] = before + static_cast<Scalar>(own * (at - sum) / sum +
                                                       other * (sum_of_weights_ * at / sum - weight(label)));
  }

 private:
  double weight(Index k) const { return weights_ == nullptr ? 1 : static_cast<double>(weights_[k]); }
  /// sum_k w[k] nll[k]
  double smoothed(const Scalar* logits, const kernels::ExponentialSum& sum) const {
    return sum_of_weights_ * sum.negative_log(sum.maximum) +
           kernels::sum_below(k_, logits, sum.maximum, weights_);
  }

  Index k_;
  const Scalar* weights_;  // [K], or null: all are 1
  double label_share_, class_share_, sum_of_weights_;
};

void check_labels(Var logits, std::span<const std::int32_t> labels, const LossOptions& options) {
  const Index k = logits.cols();
  if (std::ssize(labels) != logits.rows())
    throw operation_error("cross_entropy", std::to_string(logits.rows()) + " labels, one a row",
                          std::to_string(labels.size()));
  if (!options.weights.empty() && std::ssize(options.weights) != k)
    throw operation_error("cross_entropy", std::to_string(k) + " weights, one a class",
                          std::to_string(options.weights.size()));
  if (!options.row_weights.empty() && std::ssize(options.row_weights) != logits.rows())
    throw operation_error("cross_entropy", std::to_string(logits.rows()) + " weights, one a row",
                          std::to_string(options.row_weights.size()));
  for (const std::int32_t label : labels)
    if (label < 0 || label >= k)
      throw operation_error("cross_entropy", "labels from 0 to " + std::to_string(k - 1),
                            std::to_string(label));
}

/// A copy that lives until the backward pass.
template <class T>
std::span<const T> keep(Tape& tape, std::span<const T> numbers) {
  T* copy = tape.allocate_as<T>(std::ssize(numbers));
  std::copy(numbers.begin(), numbers.end(), copy);
  return {copy, numbers.size()};
}

}  // namespace

Var cross_entropy(Var logits, std::span<const std::int32_t> given_labels, const LossOptions& given) {
  const Index k = logits.cols(), rows = logits.rows();
  check_labels(logits, given_labels, given);
  Tape& tape = logits.tape();
  const std::span<const std::int32_t> labels = keep(tape, given_labels);
  LossOptions options = given;
  options.weights = keep(tape, given.weights);
  options.row_weights = keep(tape, given.row_weights);
  const Measure measure(tape.observer(), "loss", Pass::forward, 0, 0);
  const Loss loss(k, options);
  const auto weight = [weights = options.row_weights](Index b) {
    return weights.empty() ? 1 : static_cast<double>(weights[static_cast<std::size_t>(b)]);
  };
  Var y = tape.result(1, 1);
  Scalar* e = tape.allocate(rows * k);            // [B, K], for the backward pass
  double* sums = tape.allocate_as<double>(rows);  // [B]
  double total = 0;
  for (Index b = 0; b < rows; ++b) {
    const Scalar* row = logits.data() + b * k;
    const kernels::ExponentialSum sum = kernels::exponentials(k, row, e + b * k);
    sums[b] = sum.sum;
    total += weight(b) * loss.of(row, labels[static_cast<std::size_t>(b)], sum);
  }
  y.value()(0, 0) = static_cast<Scalar>(total);
  y.pullback([=] {
    if (!logits.needs_grad()) return;
    const Measure back(logits.tape().observer(), "loss", Pass::backward, 0, 0);
    const auto factor = static_cast<double>(y.grad()(0, 0));
    GradientTarget dlogits = logits.grad_target();  // [B, K]
    for (Index b = 0; b < rows; ++b, dlogits.data += k)
      loss.add_gradient(factor * weight(b), e + b * k, labels[static_cast<std::size_t>(b)], sums[b], dlogits);
  });
  return y;
}

}  // namespace orochi
