// Running a model over data without training it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>
#include <orochi/error.hpp>
#include <orochi/metrics.hpp>
#include <orochi/threads.hpp>

#pragma GCC visibility push(default)
namespace orochi {

struct HeadProbe;
struct HeadReplacement;
struct Model;
class ThreadPool;

/// Forward passes on `threads` threads; each sequence's outputs are the same bits in whatever company. One
/// call at a time: to ask from several threads, use Model::predict.
class Inference {
 public:
  /// `packed`: memory for packed weights that may be shared with training, or null. They are packed wherever
  /// the parameters have changed.
  Inference(const Classifier& model, const std::string& engine, int threads,
            std::shared_ptr<PackedWeights> packed = nullptr);
  Inference(const Model& model, int threads);
  ~Inference();
  const Classifier& model() const { return model_; }
  /// Takes outputs [m, K] of some items, the first of them number `first` of the batch.
  using Take = std::function<void(Index first, std::span<const Scalar> outputs)>;
  /// Hands over the outputs of all items piece by piece, on all threads at once and in any order: none are
  /// kept.
  void for_pieces(const Batch& batch, const Take& take);
  /// Outputs [M, K] of all items, valid until the next call: for a few sequences.
  std::span<const Scalar> outputs(const Batch& batch);
  /// Heads to do without from now on; what the span shows must live as long.
  void set_replacements(std::span<const HeadReplacement> heads);
  /// Whether a linear model beside the encoder is left out from now on.
  void set_encoder_alone(bool alone);

 private:
  void pack();

  bool packed_is_shared_ = false;  // with others that may read it now
  const Classifier& model_;
  std::shared_ptr<PackedWeights> packed_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<std::unique_ptr<Tape>> tapes_;        // one a worker
  std::vector<std::unique_ptr<HeadProbe>> probes_;  // likewise
  std::vector<Scalar> outputs_;                     // [M, K]
};

/// Metrics of a data set of B sequences, M items, and what they are computed from.
struct Evaluation {
  Metrics metrics;
  std::vector<double> kept;            // [M, kept]: of each item's outputs
  std::vector<double> targets;         // [M, W]
  std::vector<double> item_losses;     // [M]
  std::vector<Index> offsets;          // [B + 1]: the items of each sequence
  std::vector<double> losses, scores;  // [B]: means over a sequence's items
  Outcomes outcomes() const { return {kept, targets, offsets, item_losses}; }
};
/// `tune`: the task chooses its thresholds on this data before it measures. `also` takes the outputs, too.
Evaluation evaluate(Inference& inference, const Task& task, const Sequences& data, Task* tune = nullptr,
                    const Inference::Take& also = {});

/// For a model whose numbers overflow on a sequence (from 0): no answer is better than a made up one.
Error not_finite(Index sequence);
/// Throws it for the first sequence whose loss is not finite.
void require_finite(const std::vector<double>& losses);

}  // namespace orochi
#pragma GCC visibility pop
