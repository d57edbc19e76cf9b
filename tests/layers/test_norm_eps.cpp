// layer_norm_eps, where it matters: rows whose variance is small beside it, against the formulas.
#include <cmath>

#include <orochi/layer.hpp>

#include "catch.hpp"

using namespace orochi;

namespace {

constexpr Index rows = 6, columns = 40;

/// A registered norm over rows of small variance about `centre`, with weights and an eps of its own.
struct Normed {
  Normed(const std::string& norm, double eps, double centre) : tape_((build(norm, eps), parameters_)) {
    tape_.begin(Mode::infer, nullptr, {});
    Var x = tape_.input(rows, columns);
    for (Index i = 0; i < rows * columns; ++i)
      x.data()[i] = static_cast<Scalar>(centre + 0.02 * std::sin(static_cast<double>(1 + i * i)));
    for (const ParameterView& view : parameters_.views())
      for (Index j = 0; j < view.size; ++j)
        parameters_.data()[view.offset + j] =
            static_cast<Scalar>((view.name == "norm.bias" ? 0 : 1) + 0.5 * std::cos(static_cast<double>(j)));
    const std::vector<Index> offsets{0, rows};
    Batch batch;
    batch.offsets = offsets;
    in = x.value().cast<double>();
    out = layer_->forward({x, batch}).values.value().cast<double>();
  }

  Eigen::MatrixXd in, out;  // [rows, columns]

 private:
  void build(const std::string& norm, double eps) {
    Config config;
    config.model.d_model = columns;
    config.model.layer_norm_eps = eps;
    const Layers registry = builtin_layers();
    Builder builder(config, {1, 0, 1}, registry, parameters_);
    layer_ = builder.layer("norm", norm);
    parameters_.allocate();
  }

  Parameters parameters_;
  std::unique_ptr<Layer> layer_;
  Tape tape_;
};

}  // namespace

TEST_CASE("layer_norm_eps is added to a row's variance, in layer norm") {
  for (const double eps : {1e-1, 1e-4, 1e-6}) {  // the variance is about 2e-4
    const Normed normed("layer_norm", eps, 0.1);
    double worst = 0;
    for (Index i = 0; i < rows; ++i) {
      const double mean = normed.in.row(i).mean(),
                   variance = (normed.in.row(i).array() - mean).square().mean();
      REQUIRE(variance < 1e-3);
      for (Index j = 0; j < columns; ++j) {
        const double wave = 0.5 * std::cos(static_cast<double>(j));
        const double expected = (normed.in(i, j) - mean) / std::sqrt(variance + eps) * (1 + wave) + wave;
        worst = std::max(worst, std::abs(normed.out(i, j) - expected));
      }
    }
    INFO("eps " << eps);
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("layer_norm_eps is added to a row's mean square, in RMS norm") {
  for (const double eps : {1e-1, 1e-4, 1e-6}) {
    const Normed normed("rms_norm", eps, 0);
    double worst = 0;
    for (Index i = 0; i < rows; ++i) {
      const double square = normed.in.row(i).squaredNorm() / columns;
      REQUIRE(square < 1e-3);
      for (Index j = 0; j < columns; ++j) {
        const double expected =
            normed.in(i, j) / std::sqrt(square + eps) * (1 + 0.5 * std::cos(static_cast<double>(j)));
        worst = std::max(worst, std::abs(normed.out(i, j) - expected));
      }
    }
    INFO("eps " << eps);
    CHECK(worst < 1e-4);
  }
}
