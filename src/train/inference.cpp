#include "train/inference.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "data/batching.hpp"

namespace orochi {
namespace {
constexpr Index rows_a_piece = 256;  // rows of one forward pass: its activations stay in the cache
}

Inference::Inference(const Classifier& model, const std::string& engine, int threads,
                     std::shared_ptr<PackedWeights> packed)
    : model_(model), packed_(std::move(packed)), pool_(threads) {
  if (packed_ == nullptr)
    packed_ = std::make_shared<PackedWeights>(model.parameters(), kernels::choose_engine(engine.c_str()));
  for (int i = 0; i < pool_.size(); ++i) {
    tapes_.push_back(std::make_unique<Tape>(model.parameters(), engine.c_str()));
    tapes_.back()->set_packed(packed_.get());
  }
  pack();
}
Inference::~Inference() = default;

void Inference::pack() {
  pool_.for_each(packed_->num_pieces(), [&](Index i, int) { packed_->pack(i); });
}

void Inference::for_pieces(const Batch& batch, const Take& take) {
  std::vector<Index> cuts{0};  // pieces of whole sequences
  for (Index b = 0; b < batch.num_sequences(); ++b)
    if (b + 1 == batch.num_sequences() || batch.offsets[b + 1] - batch.offsets[cuts.back()] >= rows_a_piece)
      cuts.push_back(b + 1);
  pool_.for_each(std::ssize(cuts) - 1, [&](Index i, int worker) {
    const Index first = cuts[as_size(i)];
    Tape& tape = *tapes_[static_cast<std::size_t>(worker)];
    tape.begin(Mode::infer, nullptr, {});
    const Var y = model_.forward(tape, slice(batch, first, cuts[as_size(i) + 1]));  // [b, K]
    take(first, {y.data(), as_size(y.rows() * y.cols())});
  });
}

std::span<const Scalar> Inference::logits(const Batch& batch) {
  const Index k = model_.num_classes();
  logits_.resize(as_size(batch.num_sequences() * k));
  for_pieces(batch, [&](Index first, std::span<const Scalar> piece) {
    std::copy(piece.begin(), piece.end(), logits_.begin() + first * k);
  });
  return logits_;
}

void Inference::set_replacements(std::span<const HeadReplacement> heads) {
  for (const std::unique_ptr<Tape>& tape : tapes_) tape->set_replacements(heads);
}

Batch as_batch(const Sequences& data, std::vector<std::uint32_t>& samples) {
  samples.resize(static_cast<std::size_t>(data.size()));
  std::iota(samples.begin(), samples.end(), 0u);
  return {data.tokens, data.values, data.channels, data.offsets, data.labels, samples};
}

std::int32_t largest_logit(std::span<const Scalar> logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

Evaluation evaluate(Inference& inference, const Sequences& data, Index num_classes) {
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  const auto count = static_cast<std::size_t>(data.size());
  Evaluation result{{}, std::vector<std::int32_t>(count), std::vector<double>(count)};
  inference.for_pieces(batch, [&](Index first, std::span<const Scalar> logits) {
    const auto k = as_size(num_classes);
    for (std::size_t b = as_size(first), at = 0; at < logits.size(); ++b, at += k) {
      const std::span<const Scalar> row = logits.subspan(at, k);  // [K]
      result.losses[b] = sequence_loss(row, data.labels[b]);
      result.predictions[b] = largest_logit(row);
    }
  });
  double loss = 0;  // in the sequences' order: the same bits on any number of threads
  for (const double of : result.losses) loss += of;
  const double mean = data.size() == 0 ? 0 : loss / static_cast<double>(data.size());
  result.metrics = compute_metrics(data.labels, result.predictions, num_classes, mean);
  return result;
}

Error not_finite(Index sequence) {
  return failure(
      "the model's numbers overflow on sequence " + std::to_string(sequence) +
      ": its logits are not finite. It was trained too hot: train again with a lower learning rate, or "
      "take an earlier checkpoint");
}

void require_finite(const std::vector<double>& losses) {
  const auto bad =
      std::find_if(losses.begin(), losses.end(), [](double loss) { return !std::isfinite(loss); });
  if (bad != losses.end()) throw not_finite(bad - losses.begin());
}

double sequence_loss(std::span<const Scalar> logits, std::int32_t label) {
  return kernels::sum_of_exponentials(std::ssize(logits), logits.data())
      .negative_log(logits[static_cast<std::size_t>(label)]);
}

std::vector<double> probabilities(std::span<const Scalar> logits) {
  const auto largest = static_cast<double>(logits[as_size(largest_logit(logits))]);
  std::vector<double> result;  // [K]
  for (const Scalar logit : logits) result.push_back(std::exp(static_cast<double>(logit) - largest));
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& p : result) p /= sum;
  return result;
}

}  // namespace orochi
