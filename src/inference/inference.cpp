#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/recording.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/packed_weights.hpp"
#include "core/thread_pool.hpp"
#include "inference/evaluate_outputs.hpp"
#include "inference/pieces.hpp"

namespace orochi {

Inference::Inference(const Classifier& model, const std::string& engine, int threads,
                     std::shared_ptr<PackedWeights> packed)
    : model_(model), packed_(std::move(packed)), pool_(std::make_unique<ThreadPool>(threads)) {
  if (packed_ == nullptr)
    packed_ = std::make_shared<PackedWeights>(model.parameters(), kernels::choose_engine(engine.c_str()));
  for (int i = 0; i < pool_->size(); ++i) {
    tapes_.push_back(std::make_unique<Tape>(model.parameters(), engine.c_str()));
    tapes_.back()->set_packed(packed_.get());
    tapes_.back()->attach(probes_.emplace_back(std::make_unique<HeadProbe>()).get());
  }
}
Inference::Inference(const Model& model, int threads)
    : Inference(*model.classifier, model.config.train.kernels, threads, model.packed_weights()) {
  packed_is_shared_ = true;
}
Inference::~Inference() = default;

void Inference::pack() {
  if (std::exchange(packed_is_shared_, false)) {
    const auto engine = static_cast<kernels::Engine>(tapes_.front()->context().engine);
    packed_ = std::make_shared<PackedWeights>(model_.parameters(), engine);
    for (const std::unique_ptr<Tape>& tape : tapes_) tape->set_packed(packed_.get());
  }
  pool_->for_each(packed_->num_pieces(), [&](Index i, int) { packed_->pack(i); });
  packed_->end_packing();
}

void Inference::for_pieces(const Batch& batch, const Take& take) {
  if (!packed_->is_current()) pack();
  const std::vector<Index> cuts = cut_pieces(batch);
  std::vector<std::vector<Scalar>> memory(tapes_.size());  // of each worker
  pool_->for_each(std::ssize(cuts) - 1, [&](Index i, int worker) {
    const Index first = cuts[as_size(i)];
    const auto w = static_cast<std::size_t>(worker);
    const Index item = model_.num_items(slice(batch, 0, first));
    take(item, infer(model_, *tapes_[w], slice(batch, first, cuts[as_size(i) + 1]), memory[w]));
  });
}

std::span<const Scalar> Inference::outputs(const Batch& batch) {
  const Index k = model_.outputs(), items = model_.num_items(batch);
  outputs_.resize(as_size(items * k));
  for_pieces(batch, [&](Index first, std::span<const Scalar> piece) {
    std::copy(piece.begin(), piece.end(), outputs_.begin() + first * k);
  });
  return outputs_;
}

void Inference::set_replacements(std::span<const HeadReplacement> heads) {
  for (const std::unique_ptr<HeadProbe>& probe : probes_) probe->replacements = heads;
}
void Inference::set_encoder_alone(bool alone) {
  for (const std::unique_ptr<HeadProbe>& probe : probes_) probe->encoder_alone = alone;
}

namespace {

/// Means of `items` [M] over each sequence's items. [B]
std::vector<double> sequence_means(const std::vector<double>& items, std::span<const Index> offsets) {
  std::vector<double> means;
  for (std::size_t b = 0; b + 1 < offsets.size(); ++b)
    means.push_back(std::accumulate(items.begin() + offsets[b], items.begin() + offsets[b + 1], 0.0) /
                    static_cast<double>(offsets[b + 1] - offsets[b]));
  return means;
}

/// [B + 1]: the items of each sequence.
std::vector<Index> item_offsets(const Classifier& model, const Batch& batch) {
  std::vector<Index> offsets;
  for (Index b = 0; b <= batch.num_sequences(); ++b) offsets.push_back(model.num_items(slice(batch, 0, b)));
  return offsets;
}

/// In the items' order: the same bits on any number of threads.
double mean(const std::vector<double>& items) {
  const double sum = std::accumulate(items.begin(), items.end(), 0.0);
  return items.empty() ? 0 : sum / static_cast<double>(items.size());
}

}  // namespace

Evaluation evaluate(Inference& inference, const Task& task, const Sequences& data, Task* tune,
                    const Inference::Take& also) {
  return evaluate_outputs(inference.model(), task, data, tune,
                          [&](const Batch& batch, const Inference::Take& take) {
                            inference.for_pieces(batch, [&](Index first, std::span<const Scalar> outputs) {
                              take(first, outputs);
                              if (also) also(first, outputs);
                            });
                          });
}

Evaluation evaluate_outputs(const Classifier& model, const Task& task, const Sequences& data, Task* tune,
                            const OutputsOf& outputs_of) {
  std::vector<std::uint32_t> samples;
  Asked asked;
  const Batch batch = ask(task, as_batch(data, samples), {}, asked);  // the same each time
  Evaluation result;
  result.offsets = item_offsets(model, batch);
  result.targets.assign(batch.targets.begin(), batch.targets.end());
  const auto items = as_size(result.offsets.back()), k = as_size(task.outputs()),
             width = as_size(batch.target_width), kept = as_size(task.kept());
  result.kept.resize(items * kept);
  result.item_losses.resize(items);
  std::vector<double> scores(items);
  outputs_of(batch, [&](Index first, std::span<const Scalar> outputs) {
    for (std::size_t i = as_size(first), at = 0; at < outputs.size(); ++i, at += k) {
      const std::span<const Scalar> row = outputs.subspan(at, k);  // [K]
      const std::span<const double> target = batch.targets.subspan(i * width, width);
      result.item_losses[i] = task.item_loss(row, target);
      scores[i] = task.score(row, target);
      task.keep(row, std::span(result.kept).subspan(i * kept, kept));
    }
  });
  if (tune != nullptr) tune->tune(result.outcomes());
  result.metrics = {data.size(), result.offsets.back(), mean(result.item_losses), mean(scores),
                    task.metrics(result.outcomes())};
  result.losses = sequence_means(result.item_losses, result.offsets);
  result.scores = sequence_means(scores, result.offsets);
  return result;
}

Error not_finite(Index sequence) {
  return failure("the model's numbers overflow on sequence " + std::to_string(sequence) +
                 ": its outputs are not finite. Its learning rate was too high: train again with a lower "
                 "learning rate, or "
                 "take an earlier checkpoint");
}

void require_finite(const std::vector<double>& losses) {
  const auto bad =
      std::find_if(losses.begin(), losses.end(), [](double loss) { return !std::isfinite(loss); });
  if (bad != losses.end()) throw not_finite(bad - losses.begin());
}

}  // namespace orochi
