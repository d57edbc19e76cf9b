// A small model whose layers a test can choose, and what came past its "spy" layers.
#pragma once

#include <algorithm>
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/recording.hpp>

#include "catch.hpp"
#include "keys.hpp"

namespace orochi {

using Seen = std::vector<RowMatrix>;
constexpr Index width = 6;

inline Extensions made_layers(Seen& seen) {
  Extensions registry = builtin();
  add_made(registry, "spy", [&seen](const RowMatrix& x) {
    seen.push_back(x);
    return x;
  });
  add_made(registry, "same", [](const RowMatrix& x) { return x; });
  add_made(registry, "twice", [](const RowMatrix& x) -> RowMatrix { return 2 * x; });
  add_made(registry, "nothing", [](const RowMatrix& x) -> RowMatrix { return 0 * x; });
  add_made(registry, "ones",
           [](const RowMatrix& x) -> RowMatrix { return RowMatrix::Ones(x.rows(), x.cols()); });
  return registry;
}

/// Without dropout, positions and final norm: rows come to the first block as they were embedded.
inline Config plain_config() {
  Config config;
  config.model.d_model = width;
  config.model.num_heads = 2;
  config.model.num_layers = 1;
  config.model.dropout = config.model.attention_dropout = 0;
  config.model.positions = "none";
  return config;
}

struct KeyModel {
  explicit KeyModel(const Config& config)
      : layers(made_layers(seen)), classifier(config, {11, 0, 8}, 2, layers.layers) {
    classifier.parameters().initialize(3);
  }
  /// Numbers of a parameter, as they lie in memory.
  std::span<Scalar> values(const std::string& name) {
    for (const ParameterView& view : classifier.parameters().views())
      if (view.name == name)
        return classifier.parameters().flat().subspan(static_cast<std::size_t>(view.offset),
                                                      static_cast<std::size_t>(view.size));
    return {};
  }
  void set(const std::string& name, float value) { std::ranges::fill(values(name), value); }
  void set_identity(const std::string& name, Index n) {
    MatrixMap(values(name).data(), n, n) = RowMatrix::Identity(n, n);
  }
  std::vector<Index> shape(const std::string& name) const {
    for (const ParameterView& view : classifier.parameters().views())
      if (view.name == name) return view.shape;
    return {};
  }
  RowMatrix run(const Sequences& data, Mode mode = Mode::infer, Recording* recording = nullptr) {
    seen.clear();
    std::vector<std::uint32_t> samples;
    Tape tape(classifier.parameters());
    Gradients gradients(classifier.parameters());
    HeadProbe probe{recording, {}};
    tape.attach(&probe);
    tape.begin(mode, &gradients, {5, 0});
    return classifier.forward(tape, as_batch(data, samples)).value();
  }
  Seen seen;
  Extensions layers;
  Classifier classifier;
};

inline Sequences tokens(const std::vector<std::int32_t>& ids) {
  Sequences data;
  data.tokens.assign(ids.begin(), ids.end());
  data.offsets.push_back(std::ssize(ids));
  data.targets.push_back(0);
  return data;
}

/// Rows before and after one encoder layer.
struct SeenRows {
  RowMatrix before, after;
};
inline SeenRows around_layer(
    Config config, const Sequences& data, Mode mode = Mode::infer,
    const std::function<void(KeyModel&)>& prepare = [](KeyModel&) {}) {
  config.model.block = {{"spy"}, {"encoder_layer"}, {"spy"}};
  KeyModel model(config);
  prepare(model);
  model.run(data, mode);
  return {model.seen.at(0), model.seen.at(1)};
}

inline void check_same(const RowMatrix& found, const RowMatrix& expected) {
  CHECK_THAT(static_cast<double>((found - expected).cwiseAbs().maxCoeff()),
             catch_matchers::WithinAbs(0, 1e-5));
}

/// (x - mean) / sqrt(variance + eps) of each row, in double.
inline RowMatrix normed(const RowMatrix& x, double eps, bool centre = true) {
  const auto n = static_cast<double>(x.cols());
  RowMatrix y(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    double mean = 0, square = 0;
    for (Index j = 0; centre && j < x.cols(); ++j) mean += static_cast<double>(x(i, j)) / n;
    for (Index j = 0; j < x.cols(); ++j) square += std::pow(static_cast<double>(x(i, j)) - mean, 2) / n;
    for (Index j = 0; j < x.cols(); ++j)
      y(i, j) = static_cast<Scalar>((static_cast<double>(x(i, j)) - mean) / std::sqrt(square + eps));
  }
  return y;
}

}  // namespace orochi
