// What a run will take of memory, before it takes it, and what of it is not computed in bf16.
#pragma once

#include <string>

#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>
#include <orochi/optimizer.hpp>
#include <orochi/parameters.hpp>
#include <orochi/task.hpp>

namespace orochi {

/// In bytes, on top of what the process has.
struct MemoryEstimate {
  double optimizer = 0;  // moments
  double gradients = 0;  // of all shards, without those of embeddings
  double rows = 0;       // gradients of embeddings: a micro-batch's rows, and a row for each id of an update
  double packed = 0;     // weights in panels
  double activations = 0;  // of all threads, with gradients and what operations keep
  double frozen = 0;       // what frozen blocks made of the training data
  double positions = 0;    // tables of rotary or sinusoidal positions, as far as the longest sequence reaches
  double evaluation = 0;   // the same without a backward pass, logits
  double checkpoint = 0;   // the file's image while it is written
  double linear_model = 0;  // what one of series is fitted to
  double overhead = 0;      // of the heap and the threads

  double training() const {
    return optimizer + gradients + rows + packed + activations + frozen + positions + overhead;
  }
  double total() const { return training() + evaluation + checkpoint + linear_model; }
};

/// What is evaluated beside training: of the largest part its size, of all parts the longest sequence.
struct Evaluated {
  Index sequences = 0, items = 0, longest = 0;
  void add(const Sequences& part);
};

/// For a model that is built, on this data. Activations are not guessed from the config but measured: a few
/// hundred rows go forward and back, and what that took is scaled up, so custom layers count too.
MemoryEstimate estimate_memory(const Classifier& model, const Task& task, const Config& config,
                               const Optimizers& optimizers, const Sequences& train,
                               const Preprocessing& preprocessing, const Evaluated& evaluated, int threads);

/// Of a run that evaluates on validation and test data.
MemoryEstimate estimate_memory(const Model& model, const LoadedData& data, int threads);

/// Throws a usage_error where the model alone, with its optimizer, is more than there is; before it is built.
/// `data_bytes`: what the data has taken already, which is named where it is the larger part.
void refuse_large_model(const Config& config, const Extensions& extensions, InputShape input,
                        OutputShape output, double max_memory, double data_bytes = 0);
/// Throws a usage_error where the estimate is; it says what takes most and what makes it less.
void refuse_large_run(const MemoryEstimate& estimate, double max_memory);

/// What train.precision = "bf16" leaves in fp32 because of its shape; "" where that is nothing that a key
/// could change (the head's classes and the input's channels are the data's).
std::string precision_note(const Parameters& parameters, const ModelConfig& model);

}  // namespace orochi
