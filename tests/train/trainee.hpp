// A small model in training, for tests of what is trained and how fast.
#pragma once

#include <algorithm>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/updater.hpp>

#include "small_model.hpp"

namespace orochi {

using Words = std::vector<std::string>;

inline Config three_blocks() {
  Config config = small_config();
  config.model.num_layers = 3;
  config.model.d_model = 16;
  config.model.num_heads = 2;
  config.model.pooling = "attention";
  config.train.chunk_rows = 40;
  return config;
}

/// A model with its data, of tokens or of numbers, and its optimizer.
struct Trainee {
  Trainee(const Config& of, Index channels, int threads = 2)
      : config(of),
        data(random_sequences(24, 12, 11, channels, 3, 1)),
        model(config, {channels == 0 ? 11 : 0, channels, 12}, 3, builtin_layers()),
        task(class_task(3)),
        stepper(start(model), config.train, threads),
        updater(builtin().optimizers.make(config.train.optimizer), model.parameters()) {}
  static Classifier& start(Classifier& model) {
    model.parameters().initialize(3);
    return model;
  }
  /// Of two micro-batches.
  Gradient gradient(std::uint32_t step = 0) {
    Gradient sum = stepper.gradient();
    const std::vector<std::uint32_t> order = epoch_order(data.size(), 5, step);
    for (std::size_t half : {0, 12}) {
      const Batch batch = storage.gather(data, std::span(order).subspan(half, 12));
      sum.add(batch, *task, static_cast<double>(data.size()), {5, step});
    }
    return sum;
  }
  std::vector<Scalar> weights() const {
    const std::span<const Scalar> flat = std::as_const(model).parameters().flat();
    return {flat.begin(), flat.end()};
  }
  Config config;
  Sequences data;
  Classifier model;
  std::unique_ptr<Task> task;
  Stepper stepper;
  Updater updater;
  BatchStorage storage;
};

inline bool is_in(const ParameterView& view, const Words& prefixes) {
  return std::ranges::any_of(prefixes, [&](const std::string& prefix) {
    return view.name == prefix || view.name.starts_with(prefix + ".");
  });
}

inline std::span<const Scalar> part(const std::vector<Scalar>& flat, const ParameterView& view) {
  return std::span(flat).subspan(static_cast<std::size_t>(view.offset), static_cast<std::size_t>(view.size));
}
inline bool are_zeros(std::span<const Scalar> numbers) {
  return std::ranges::all_of(numbers, [](Scalar x) { return x == 0; });
}

}  // namespace orochi
