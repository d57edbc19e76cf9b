// A model with all that it takes to ask it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>
#include <orochi/extensions.hpp>
#include <orochi/metrics.hpp>
#include <orochi/progress.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What a checkpoint holds. Any number of threads may ask a const one at once.
struct Model {
  Model() = default;
  /// A new one for a task that has learned its targets; without a task, an encoder without a head. The
  /// parameters are 0: `initialize` draws them. Throws a usage_error where the parts do not go together, or
  /// are more than `most` parameters.
  Model(Config config, Preprocessing preprocessing, std::unique_ptr<Task> task,
        const Extensions& extensions = builtin(), Index most = most_parameters);

  /// Throws a usage_error that says what is wrong with the file.
  static Model load(const std::string& path, const Extensions& extensions = builtin());
  /// The same, also of a checkpoint without a head, as `orochi import` writes it, which `load` refuses: its
  /// task is null then.
  static Model load_encoder(const std::string& path, const Extensions& extensions = builtin());
  /// Writes a checkpoint, whole or not at all; a run cannot go on from it, as it has no optimizer state.
  void save(const std::string& path) const;

  /// The answer to one line as `orochi predict` takes it: a text, several with tabs between where training
  /// had several, or a case of numbers.
  Prediction predict(std::string_view text) const;
  /// The answer to one sequence of numeric rows [T, channels], as they are in data files.
  Prediction predict(std::span<const float> rows) const;
  /// The answers to many lines, in one thread.
  std::vector<Prediction> predict(std::span<const std::string> texts) const;
  /// The answers to sequences that are encoded already: as load_split gives them. Throws a failure where
  /// outputs are not finite.
  std::vector<Prediction> predict(const Sequences& data) const;

  /// `packed` where the parameters are still those that were packed, else packed now: after further training
  /// each call packs them again.
  std::shared_ptr<PackedWeights> packed_weights() const;

  Config config;
  Preprocessing preprocessing;
  Progress progress;
  std::string validation_checksum;  // of the sequences it was validated on; empty where that is not known
  InputShape input;
  Extensions extensions;            // that it was built with
  std::vector<MetricInfo> metrics;  // the loss, then the task's
  std::unique_ptr<Task> task;       // null without a head
  std::unique_ptr<Classifier> classifier;
  std::shared_ptr<PackedWeights> packed;  // by load
};

}  // namespace orochi
#pragma GCC visibility pop
