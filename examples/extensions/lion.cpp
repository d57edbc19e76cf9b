// Lion (Chen et al. 2023, arXiv:2302.06675): each update moves a weight by the rate, up or down.
#include "extensions.hpp"

using namespace orochi;

namespace {

class Lion : public Optimizer {
 public:
  explicit Lion(const Settings& settings)
      : beta1_(static_cast<Scalar>(settings.number("beta1"))),
        beta2_(static_cast<Scalar>(settings.number("beta2"))),
        weight_decay_(static_cast<Scalar>(settings.number("weight_decay"))) {}

  std::vector<std::string> moments() const override { return {"momentum"}; }

  /// c = beta1 m + (1 - beta1) g;  w -= rate (sign(c) + decay w);  m = beta2 m + (1 - beta2) g
  void update(const UpdateStep& step, const UpdateRange& range) const override {
    const auto rate = static_cast<Scalar>(step.rate), scale = static_cast<Scalar>(step.gradient_scale);
    const Scalar decay = range.decays ? weight_decay_ : 0;
    const std::span<Scalar> w = range.weight, m = range.moment(0);
    for (std::size_t i = 0; i < range.size(); ++i) {
      const Scalar g = scale * range.gradient[i];
      const Scalar c = beta1_ * m[i] + (1 - beta1_) * g;
      const Scalar sign = static_cast<Scalar>((c > 0) - (c < 0));
      w[i] -= rate * (sign + decay * w[i]);
      m[i] = beta2_ * m[i] + (1 - beta2_) * g;
    }
  }

 private:
  Scalar beta1_, beta2_, weight_decay_;
};

}  // namespace

void add_lion(Extensions& extensions) {
  extensions.optimizers.add<Lion>("lion", "the sign of a mean gradient, with decoupled weight decay",
                                  {Option("beta1", 0.9, "of the mean whose sign is taken").from(0).below(1),
                                   Option("beta2", 0.99, "of the mean that is kept").from(0).below(1),
                                   Option("weight_decay", 0.1, "decoupled").from(0)});
}
