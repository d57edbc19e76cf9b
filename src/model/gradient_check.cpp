#include <algorithm>
#include <cmath>
#include <orochi/gradient_check.hpp>
#include <orochi/ops.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

constexpr bool in_double = sizeof(Scalar) == 8;
constexpr double step = in_double ? 1e-5 : 5e-3;  // where truncation and rounding balance
constexpr double tolerance = in_double ? 1e-6 : 2e-2;
// Where a step leads over a kink (relu, max), shorter ones are tried, each a quarter of the last: past the
// kink they agree, while a wrong gradient is wrong at any step.
constexpr int shorter_steps = 3;
constexpr Index vocabulary = 11, channels = 5, longest = 9;

/// Numbers in (-1, 1) counted from a seed: no state.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : seed_(seed) {}
  double next() {
    const std::uint32_t counter[4] = {static_cast<std::uint32_t>(count_++), 0, 0, 0x67726164u};
    const std::uint32_t key[2] = {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)};
    std::uint32_t words[4];
    kernels::philox(counter, key, words);
    return 2 * (static_cast<double>(words[0]) + 0.5) / 4294967296.0 - 1;
  }
  Index below(Index n) { return static_cast<Index>((next() + 1) / 2 * static_cast<double>(n)); }

 private:
  std::uint64_t seed_, count_ = 0;
};

/// A ragged batch, a layer over it, and the loss sum(r * output) of which gradients are taken.
class Checked {
 public:
  Checked(const LayerEntry& entry, const Layers& layers, const Config& config, std::uint64_t seed)
      : numbers_(seed), tape_(parameters_, "eigen") {
    const bool tokens = entry.role != Role::input || entry.name == "token_embedding";
    const Index width = entry.role != Role::input ? config.model.d_model : tokens ? 0 : channels;
    Builder builder(config, {vocabulary, channels, longest}, layers, parameters_);
    layer_ = builder.layer("layer", entry.name, width);
    parameters_.allocate();
    for (const ParameterView& view : parameters_.views())
      for (Index i = 0; i < view.size; ++i)
        parameters_.data()[view.offset + i] =
            static_cast<Scalar>(0.8 * numbers_.next() + (view.init.kind == Init::Kind::ones));
    make_batch();
    x_.resize(static_cast<std::size_t>(batch_.num_rows() * width));  // [N, C]
    for (Scalar& value : x_) value = static_cast<Scalar>(1.5 * numbers_.next());
    width_ = width;
  }

  double loss() {
    Gradients none(parameters_);
    Var y = forward(none);
    return project(y);
  }

  GradientCheck run() {
    GradientCheck result;
    result.tolerance = tolerance;
    Gradients gradients(parameters_);
    Var y = forward(gradients);
    project(y);
    y.add_grad(ConstMatrixMap(projection_.data(), y.rows(), y.cols()));
    tape_.backward();
    const std::vector<Scalar> analytic = GradientSum(parameters_, {&gradients}).flat();
    std::vector<Scalar> dx(x_.size());  // [N, C]
    if (!x_.empty()) std::copy_n(input_grad(), x_.size(), dx.data());
    for (const ParameterView& view : parameters_.views())
      compare(view.name, parameters_.data() + view.offset, analytic.data() + view.offset, view.size, result);
    compare("x", x_.data(), dx.data(), static_cast<Index>(x_.size()), result);
    return result;
  }

 private:
  void make_batch() {
    const Index sequences = 3 + numbers_.below(3);
    for (Index b = 0; b < sequences; ++b) {
      offsets_.push_back(offsets_.back() + 1 + numbers_.below(longest));
      samples_.push_back(static_cast<std::uint32_t>(numbers_.below(1000)));
    }
    for (Index i = 0; i < offsets_.back(); ++i)
      tokens_.push_back(static_cast<std::int32_t>(numbers_.below(vocabulary)));
    batch_.tokens = tokens_;
    batch_.offsets = offsets_;
    batch_.samples = samples_;
  }

  Var forward(Gradients& gradients) {
    gradients.clear();
    tape_.begin(Mode::train, &gradients, {17, 3});
    Var x = tape_.input(batch_.num_rows(), width_, true);
    std::copy(x_.begin(), x_.end(), x.data());
    input_ = std::make_unique<Var>(x);
    return layer_->forward(x, batch_);
  }

  const Scalar* input_grad() const {
    if (!input_->needs_grad()) return nullptr;
    const GradientTarget target = input_->grad_target();
    MatrixMap grad(target.data, input_->rows(), input_->cols());
    if (!target.accumulate) grad.setZero();  // the layer never used x
    return grad.data();
  }

  double project(Var y) {
    const std::size_t size = static_cast<std::size_t>(y.rows() * y.cols());
    while (projection_.size() < size) projection_.push_back(static_cast<Scalar>(numbers_.next()));
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i)
      sum += static_cast<double>(projection_[i]) * static_cast<double>(y.data()[i]);
    return sum;
  }

  /// By how much `analytic` differs from the central difference over `value` plus and minus h.
  double difference(Scalar& value, double analytic, double h) {
    const Scalar kept = value;
    value = kept + static_cast<Scalar>(h);
    const double up = loss(), above = static_cast<double>(value);
    value = kept - static_cast<Scalar>(h);
    const double down = loss(), below = static_cast<double>(value);
    value = kept;
    const double numeric = (up - down) / (above - below);
    const double result = std::abs(analytic - numeric) / (1 + std::abs(numeric));
    return std::isnan(result) ? HUGE_VAL : result;
  }

  /// Up to 60 elements of one array against central differences.
  void compare(const std::string& name, Scalar* values, const Scalar* analytic, Index size,
               GradientCheck& result) {
    const Index stride = std::max<Index>(1, size / 60);
    for (Index i = 0; i < size; i += stride) {
      double least = HUGE_VAL;
      for (int k = 0; k <= shorter_steps && !(least <= tolerance); ++k)
        least = std::min(least,
                         difference(values[i], static_cast<double>(analytic[i]), std::ldexp(step, -2 * k)));
      ++result.tried;
      if (result.worst.empty() || least > result.difference) {
        result.difference = least;
        result.worst = name + "[" + std::to_string(i) + "]";
      }
    }
  }

  Numbers numbers_;
  Parameters parameters_;
  Tape tape_;
  std::unique_ptr<Layer> layer_;
  std::vector<std::int32_t> tokens_;    // [N]
  std::vector<Index> offsets_{0};       // [B + 1]
  std::vector<std::uint32_t> samples_;  // [B]
  Batch batch_;
  Index width_ = 0;
  std::vector<Scalar> x_;           // [N, C]
  std::vector<Scalar> projection_;  // [rows of y, C]
  std::unique_ptr<Var> input_;
};

Config small_config() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.dim_feedforward = 12;
  return config;
}

}  // namespace

std::vector<GradientCheck> check_gradients(const LayerEntry& entry, const Layers& layers,
                                           std::uint64_t seed) {
  std::vector<LayerExample> examples = entry.examples;
  examples.insert(examples.begin(), {"", [](Config&) {}});
  std::vector<GradientCheck> results;
  for (const LayerExample& example : examples) {
    Config config = small_config();
    example.change(config);
    GradientCheck result = Checked(entry, layers, config, seed).run();
    result.layer = entry.name;
    result.example = example.label;
    results.push_back(result);
  }
  return results;
}

}  // namespace orochi
