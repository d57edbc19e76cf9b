// Running a model over data without training it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/error.hpp>
#include <orochi/extensions.hpp>

#include "core/packed_weights.hpp"
#include "data/dataset.hpp"
#include "io/checkpoint.hpp"
#include "io/config_file.hpp"
#include "train/metrics.hpp"
#include "train/thread_pool.hpp"

namespace orochi {

/// Forward passes on `threads` threads; each sequence's logits are the same bits whatever stands beside it.
class Inference {
 public:
  /// `packed`: memory for packed weights that may be shared with training, or null.
  Inference(const Classifier& model, const std::string& engine, int threads,
            std::shared_ptr<PackedWeights> packed = nullptr);
  ~Inference();
  /// Looks at the parameters again: to be called where they have changed since the construction.
  void pack();
  /// Takes outputs [m, K] of some items, the first of them number `first` of the batch.
  using Take = std::function<void(Index first, std::span<const Scalar> outputs)>;
  /// Hands over the outputs of all items piece by piece, on all threads at once and in any order: none are
  /// kept.
  void for_pieces(const Batch& batch, const Take& take);
  /// Outputs [M, K] of all items, valid until the next call: for a few sequences.
  std::span<const Scalar> outputs(const Batch& batch);
  /// Heads to do without from now on; what the span shows must live as long.
  void set_replacements(std::span<const HeadReplacement> heads);

 private:
  const Classifier& model_;
  std::shared_ptr<PackedWeights> packed_;
  ThreadPool pool_;
  std::vector<std::unique_ptr<Tape>> tapes_;  // one a worker
  std::vector<Scalar> outputs_;               // [M, K]
};

/// The whole of `data` as one batch; samples are numbered from 0.
Batch as_batch(const Sequences& data, std::vector<std::uint32_t>& samples);

struct Evaluation {
  Metrics metrics;
  std::vector<double> kept;            // [M, kept]: of each item's outputs
  std::vector<double> losses, scores;  // [B]: means over a sequence's items
};
/// `tune`: the task chooses its thresholds on this data before it measures.
Evaluation evaluate(Inference& inference, const Task& task, const Sequences& data, Task* tune = nullptr);

/// For a model whose numbers overflow on a sequence (from 0): no answer is better than a made up one.
Error not_finite(Index sequence);
/// Throws it for the first sequence whose loss is not finite.
void require_finite(const std::vector<double>& losses);

/// A model as a checkpoint holds it.
struct TrainedModel {
  Config config;
  Preprocessing preprocessing;
  Progress progress;
  std::string validation_checksum;  // of the sequences it was validated on; empty where that is not known
  InputShape input;
  const Extensions* extensions = nullptr;  // the caller's
  std::unique_ptr<Task> task;
  std::unique_ptr<Classifier> model;
};
/// Opens, rebuilds and fills; throws a usage_error that says what is wrong with the file.
TrainedModel load_model(const std::string& path, const Extensions& extensions);

/// The loss, then the metrics of the model's task.
std::vector<MetricInfo> metrics_of(const TrainedModel& trained);

/// What the config reader must know of the registered components.
std::vector<ComponentSchema> component_schemas(const Extensions& extensions);

/// What task, tokenizer and numeric data have learned, by component.
std::map<std::string, State> state_of(const Task& task, const Preprocessing& preprocessing);

InputShape input_shape(const DataConfig& data, const Preprocessing& preprocessing);

}  // namespace orochi
