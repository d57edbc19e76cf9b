// A small classifier with random ragged data, for tests of the training loop.
#pragma once

#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>

#include "tasks.hpp"

namespace orochi {

inline Sequences random_sequences(Index count, Index longest, Index vocabulary, Index channels, Index classes,
                                  unsigned seed) {
  std::mt19937 numbers(seed);
  const auto below = [&](Index n) { return static_cast<Index>(numbers() % static_cast<unsigned>(n)); };
  Sequences data;
  data.channels = channels;
  for (Index b = 0; b < count; ++b) {
    const Index length = 1 + below(longest);
    for (Index i = 0; i < length; ++i) {
      if (channels == 0) data.tokens.push_back(static_cast<std::int32_t>(below(vocabulary)));
      for (Index j = 0; j < channels; ++j)
        data.values.push_back(static_cast<float>(below(2001) - 1000) / 500.0f);
    }
    data.offsets.push_back(data.offsets.back() + length);
    data.targets.push_back(static_cast<double>(below(classes)));
  }
  return data;
}

inline Config small_config() {
  Config config;
  config.model.d_model = 32;
  config.model.num_heads = 4;
  config.model.num_layers = 2;
  config.train.shards = 5;
  return config;
}

}  // namespace orochi
