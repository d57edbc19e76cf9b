// Stochastic gradient descent with momentum.
#include "core/kernels/kernels.hpp"
#include "train/builtin.hpp"

namespace orochi {
namespace {

class Sgd : public Optimizer {
 public:
  explicit Sgd(const Settings& settings)
      : momentum_(settings.number("momentum")), weight_decay_(settings.number("weight_decay")) {}

  std::vector<std::string> moments() const override { return {"momentum"}; }

  void update(const UpdateStep& step, const UpdateRange& range) const override {
    const auto scalar = [](double value) { return static_cast<Scalar>(value); };
    kernels::sgd_update(static_cast<Index>(range.size()), scalar(step.rate), scalar(momentum_),
                        scalar(range.decays ? weight_decay_ : 0), scalar(step.gradient_scale),
                        range.gradient.data(), range.weight.data(), range.moment(0).data());
  }

 private:
  double momentum_, weight_decay_;
};

}  // namespace

void add_sgd(Optimizers& optimizers) {
  optimizers.add<Sgd>("sgd", "stochastic gradient descent with momentum",
                      {Option("momentum", 0.9, "share of the last update that is kept").from(0).below(1),
                       Option("weight_decay", 0.01, "L2: enters the gradient").from(0)});
}

}  // namespace orochi
