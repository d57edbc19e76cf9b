#include <cmath>
#include <orochi/ops.hpp>

namespace orochi {
namespace {

/// Of one row of logits [K], as PyTorch defines it with weights w and smoothing s:
///   (1 - s) w[label] nll[label] + s / K sum_k w[k] nll[k],   nll[k] = logsumexp(logits) - logits[k],
/// over the normaliser; and its gradient into dlogits [K] where that is given. Sums run in double: K is
/// small, and the loss is compared between programs.
double row_loss(const Scalar* logits, Index k, Index label, const LossOptions& options, Scalar* dlogits) {
  const auto weight = [&](Index j) {
    return (options.weights.empty() ? 1.0
                                    : static_cast<double>(options.weights[static_cast<std::size_t>(j)])) /
           options.normaliser;
  };
  double largest = logits[0], sum = 0;
  for (Index j = 1; j < k; ++j) largest = std::max(largest, static_cast<double>(logits[j]));
  for (Index j = 0; j < k; ++j) sum += std::exp(static_cast<double>(logits[j]) - largest);
  const double log_sum = largest + std::log(sum);
  const auto share = [&](Index j) {  // what nll[j] counts for
    return (j == label ? (1 - options.label_smoothing) * weight(j) : 0) +
           options.label_smoothing / static_cast<double>(k) * weight(j);
  };
  double loss = 0, shares = 0;
  for (Index j = 0; j < k; ++j) {
    loss += share(j) * (log_sum - static_cast<double>(logits[j]));
    shares += share(j);
  }
  for (Index j = 0; dlogits != nullptr && j < k; ++j)
    dlogits[j] = static_cast<Scalar>(shares * std::exp(static_cast<double>(logits[j]) - log_sum) - share(j));
  return loss;
}

}  // namespace

Var cross_entropy(Var logits, std::span<const std::int32_t> labels, const LossOptions& options) {
  const Index k = logits.cols();
  const Measure measure(logits.tape().profile(), "loss", Pass::forward, 0, 0);
  Var y = logits.tape().result(1, 1);
  const auto sequence_loss = [=](Index b, Scalar* dlogits) {
    return row_loss(logits.data() + b * k, k, labels[static_cast<std::size_t>(b)], options, dlogits);
  };
  double total = 0;
  for (Index b = 0; b < logits.rows(); ++b) total += sequence_loss(b, nullptr);
  y.value()(0, 0) = static_cast<Scalar>(total);
  y.pullback([=] {
    const Measure back(logits.tape().profile(), "loss", Pass::backward, 0, 0);
    Scratch scratch(logits.tape());
    MatrixMap dlogits(scratch.scalars(logits.rows() * k), logits.rows(), k);  // [B, K]
    for (Index b = 0; b < logits.rows(); ++b) sequence_loss(b, dlogits.data() + b * k);
    logits.add_grad(y.grad()(0, 0) * dlogits);
  });
  return y;
}

}  // namespace orochi
