#include "train/inference.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

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
}
Inference::~Inference() = default;

std::span<const Scalar> Inference::logits(const Batch& batch) {
  const Index k = model_.num_classes(), sequences = batch.num_sequences();
  logits_.resize(static_cast<std::size_t>(sequences * k));
  pool_.for_each(packed_->num_pieces(), [&](Index i, int) { packed_->pack(i); });
  std::vector<Index> cuts{0};  // pieces of whole sequences
  for (Index b = 0; b < sequences; ++b)
    if (b + 1 == sequences || batch.offsets[b + 1] - batch.offsets[cuts.back()] >= rows_a_piece)
      cuts.push_back(b + 1);
  pool_.for_each(static_cast<Index>(cuts.size()) - 1, [&](Index i, int worker) {
    Tape& tape = *tapes_[static_cast<std::size_t>(worker)];
    tape.begin(Mode::infer, nullptr, {});
    const Batch piece =
        slice(batch, cuts[static_cast<std::size_t>(i)], cuts[static_cast<std::size_t>(i) + 1]);
    const Var y = model_.forward(tape, piece);  // [b, K]
    std::copy_n(y.data(), y.rows() * k, logits_.data() + cuts[static_cast<std::size_t>(i)] * k);
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

Evaluation evaluate(Inference& inference, const Sequences& data, Index num_classes) {
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  const std::span<const Scalar> logits = inference.logits(batch);  // [B, K]
  Evaluation result;
  double loss = 0;
  for (Index b = 0; b < data.size(); ++b) {
    const std::span<const Scalar> row = logits.subspan(static_cast<std::size_t>(b * num_classes),
                                                       static_cast<std::size_t>(num_classes));  // [K]
    result.losses.push_back(sequence_loss(row, data.labels[static_cast<std::size_t>(b)]));
    loss += result.losses.back();
    result.predictions.push_back(
        static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
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
  const auto largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (const Scalar logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return std::log(sum) + largest - static_cast<double>(logits[static_cast<std::size_t>(label)]);
}

std::vector<double> probabilities(std::span<const Scalar> logits) {
  const double largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  std::vector<double> result;  // [K]
  for (const Scalar logit : logits) result.push_back(std::exp(static_cast<double>(logit) - largest));
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double& p : result) p /= sum;
  return result;
}

}  // namespace orochi
