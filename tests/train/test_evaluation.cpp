// What an evaluation says of logits, against PyTorch's figures.
#include <cmath>

#include "catch.hpp"
#include "small_model.hpp"
#include "train/inference.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

TEST_CASE("losses and probabilities are PyTorch's, whatever is added to all logits") {
  // torch.nn.functional.cross_entropy and softmax of [1.5, -0.25, 0.75, -2] in double
  const std::vector<double> losses{0.5166115806, 2.2666115806, 1.2666115806, 4.0166115806};
  const std::vector<double> shares{0.5965384, 0.1036626, 0.2817847, 0.0180143};
  for (const Scalar added : {0.0f, 1024.0f, -1024.0f}) {
    const std::vector<Scalar> logits{1.5f + added, -0.25f + added, 0.75f + added, -2.0f + added};
    const std::vector<double> p = probabilities(logits);
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK_THAT(sequence_loss(logits, static_cast<std::int32_t>(k)), WithinAbs(losses[k], 1e-6));
      CHECK_THAT(p[k], WithinAbs(shares[k], 1e-6));
    }
  }
}

TEST_CASE("an evaluation is the mean loss and the share of right answers") {
  const Sequences data = random_sequences(37, 9, 11, 0, 3, 4);
  Classifier model(small_config(), {11, 0, 9}, 3, builtin_layers());
  model.parameters().initialise(5);
  Inference inference(model, "own", 1);
  const Evaluation evaluation = evaluate(inference, data, 3);
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> logits = inference.logits(as_batch(data, samples));  // [B, 3]
  double loss = 0, right = 0;
  for (std::size_t b = 0; b < 37; ++b) {
    const auto z = [&](std::size_t k) { return static_cast<double>(logits[3 * b + k]); };
    const auto y = static_cast<std::size_t>(data.labels[b]);
    loss += std::log(std::exp(z(0)) + std::exp(z(1)) + std::exp(z(2))) - z(y);
    right += z(y) >= std::max({z(0), z(1), z(2)});
  }
  CHECK_THAT(evaluation.metrics.loss, WithinRel(loss / 37, 1e-9));
  CHECK_THAT(evaluation.metrics.accuracy, WithinRel(right / 37, 1e-12));
}
