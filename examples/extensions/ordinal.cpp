// Ordinal regression (Frank & Hall 2001; all thresholds at once): labels in their order, K - 1 outputs,
// output k says whether the label is above the k-th. Its own metric is the mean distance between ranks.
#include <cmath>

#include <orochi/losses.hpp>

#include "extensions.hpp"

using namespace orochi;

namespace {

class Ordinal : public LabelTask {
 public:
  explicit Ordinal(const Settings&) {}

  Index outputs() const override { return labels().size() - 1; }
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    const std::size_t k = outputs.cols(), count = batch.targets.size() * k;
    std::vector<double> above(count);  // [B, K - 1]
    for (std::size_t i = 0; i < count; ++i) above[i] = batch.targets[i / k] > i % k ? 1 : 0;
    return binary_cross_entropy(outputs, above, {}, batch.weights, normalizer);
  }
  double chance_loss() const override { return std::log(2.0); }
  Figures metrics(const Outcomes& outcomes) const override {
    Figures figures = LabelTask::metrics(outcomes);
    double distance = 0;
    for (std::size_t i = 0; i < outcomes.kept.size(); ++i)
      distance += std::abs(outcomes.kept[i] - outcomes.targets[i]);
    figures.values = {distance / outcomes.items(), figures.values[0]};
    return figures;
  }

 protected:
  Index choose(std::span<const Scalar> outputs) const override {
    return std::ranges::count_if(outputs, [](Scalar output) { return output > 0; });
  }
};

}  // namespace

void add_ordinal(Extensions& extensions) {
  extensions.tasks.add<Ordinal>("ordinal", "labels in their order", {},
                                {{"rank_error", "rank error", false}, {"accuracy", "accuracy"}});
}
