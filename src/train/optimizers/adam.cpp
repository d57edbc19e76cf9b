// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), which differ in where the decay enters.
#include <cmath>

#include "core/kernels/kernels.hpp"
#include "train/builtin.hpp"

namespace orochi {
namespace {

template <bool decoupled>
class Adam : public Optimizer {
 public:
  explicit Adam(const Settings& settings)
      : beta1_(settings.number("beta1")),
        beta2_(settings.number("beta2")),
        epsilon_(settings.number("epsilon")),
        weight_decay_(settings.number("weight_decay")) {}

  std::vector<std::string> moments() const override { return {"first_moment", "second_moment"}; }

  void update(const UpdateStep& step, const UpdateRange& range) const override {
    const auto scalar = [](double value) { return static_cast<Scalar>(value); };
    const double t = static_cast<double>(step.number), decay = range.decays ? weight_decay_ : 0;
    const kernels::AdamStep adam{
        .grad_scale = scalar(step.gradient_scale),
        .decay = scalar(decoupled ? 0 : decay),
        .shrink = scalar(decoupled ? 1 - step.rate * decay : 1),
        .beta1 = scalar(beta1_),
        .beta2 = scalar(beta2_),
        .share1 = scalar(1 - beta1_),
        .share2 = scalar(1 - beta2_),
        .rate = scalar(step.rate / (1 - std::pow(beta1_, t))),
        .root = scalar(1 / std::sqrt(1 - std::pow(beta2_, t))),
        .epsilon = scalar(epsilon_),
    };
    kernels::adam_update(static_cast<Index>(range.size()), adam, range.gradient.data(), range.weight.data(),
                         range.moment(0).data(), range.moment(1).data());
  }

 private:
  double beta1_, beta2_, epsilon_, weight_decay_;
};

std::vector<Option> options(const char* what_decay_does) {
  return {Option("beta1", 0.9, "decay of the mean gradient").from(0).below(1),
          Option("beta2", 0.999, "decay of the mean square").from(0).below(1),
          Option("epsilon", 1e-8, "added to the root").from(1e-30).to(1e30),
          Option("weight_decay", 0.01, what_decay_does).from(0)};
}

}  // namespace

void add_adam(Optimizers& optimizers) {
  optimizers.add<Adam<false>>("adam", "a rate for each parameter, by its mean square gradient",
                              options("L2: enters the gradient"));
  optimizers.add<Adam<true>>("adamw", "adam with decoupled weight decay",
                             options("decoupled: shrinks the weights themselves"));
}

}  // namespace orochi
