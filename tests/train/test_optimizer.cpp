// Adam against PyTorch's, where its betas are next to 1.
#include <memory>
#include <string>
#include <vector>

#include <orochi/extensions.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

/// A parameter of one number that starts at 0, with its optimizer.
struct OneNumber {
  explicit OneNumber(const Component& component)
      : parameters(made()), optimizer(builtin().optimizers.make(component), *parameters) {}

  /// Updates with these gradients; returns where the number ends.
  double run(const std::vector<double>& gradients, double learning_rate) {
    std::uint64_t updates = 0;
    for (const double gradient : gradients) {
      const auto g = static_cast<Scalar>(gradient);
      optimizer.update({++updates, learning_rate, 1}, {0, 0, 1}, &g);
    }
    return static_cast<double>(parameters->data()[0]);
  }

  static std::unique_ptr<Parameters> made() {
    auto parameters = std::make_unique<Parameters>();
    const std::vector<std::string> names{"w"};
    parameters->add(names, {1}, Init::zeros(), Use::product);
    parameters->allocate();
    return parameters;
  }
  std::unique_ptr<Parameters> parameters;
  Updater optimizer;
};

Component adam(double beta2) { return {"adam", {{"beta2", beta2}, {"weight_decay", 0.0}}}; }

}  // namespace

TEST_CASE("Adam ends where PyTorch's does, also with beta2 next to 1") {
  struct Case {
    double beta2, end;  // of PyTorch 2.13 in float64 (scripts/pytorch_digits)
  };
  std::vector<double> gradients;
  for (int t = 1; t <= 1000; ++t) gradients.push_back(0.01 * (1 + t % 7));
  for (const auto& [beta2, end] :
       {Case{0.999, -8.96156241}, Case{0.999999, -8.96301137}, Case{0.99999999, -8.96301292}}) {
    INFO(beta2);
    CHECK_THAT(OneNumber(adam(beta2)).run(gradients, 1e-2), WithinRel(end, 1e-5));
  }
}

TEST_CASE("the first update of Adam moves by the rate, whatever the gradient") {
  for (const double beta2 : {0.0, 0.9, 0.999, 0.99999999})
    for (const double gradient : {1e-3, 1.0, -50.0}) {
      INFO(beta2 << " " << gradient);
      CHECK_THAT(OneNumber(adam(beta2)).run({gradient}, 0.25), WithinRel(gradient > 0 ? -0.25 : 0.25, 2e-5));
    }
}
