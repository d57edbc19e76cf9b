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
    const Index k = outputs.cols();
    auto* above = outputs.tape().allocate_as<float>(outputs.rows() * k);  // [B, K - 1]
    for (Index i = 0; i < outputs.rows() * k; ++i)
      above[i] = batch.targets[static_cast<std::size_t>(i / k)] > static_cast<double>(i % k) ? 1 : 0;
    return binary_cross_entropy(outputs, {above, static_cast<std::size_t>(outputs.rows() * k)}, {},
                                batch.weights, normalizer);
  }
  double chance_loss() const override { return std::log(2.0); }
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override {
    return rank(outputs) == target.front() ? 1 : 0;
  }
  Index kept() const override { return 1; }
  void keep(std::span<const Scalar> outputs, std::span<double> kept) const override {
    kept.front() = rank(outputs);
  }
  Figures metrics(const Outcomes& outcomes) const override {
    Figures figures = class_figures(outcomes.targets, outcomes.kept, labels().names());
    double distance = 0;
    for (std::size_t i = 0; i < outcomes.kept.size(); ++i)
      distance += std::abs(outcomes.kept[i] - outcomes.targets[i]);
    figures.values = {distance / static_cast<double>(outcomes.items()), figures.values[0]};
    return figures;
  }
  Prediction predict(std::span<const Scalar> outputs) const override {
    return {{labels().name(rank(outputs))}, {}, {}};
  }
  std::vector<std::string> score_names() const override { return {}; }

 private:
  static double rank(std::span<const Scalar> outputs) {
    double above = 0;
    for (const Scalar output : outputs) above += output > 0 ? 1 : 0;
    return above;
  }
};

}  // namespace

void add_ordinal(Extensions& extensions) {
  extensions.tasks.add<Ordinal>("ordinal", "labels in their order: a threshold between each two", {},
                                {{"rank_error", "rank error", false}, {"accuracy", "accuracy"}});
}
