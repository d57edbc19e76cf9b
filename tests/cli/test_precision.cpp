// A model trained in bf16 is evaluated, validated and asked in float32, as docs/training.md says.
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "core/kernels/bf16.hpp"
#include "core/kernels/kernels.hpp"
#include "core/packed_weights.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using catch_matchers::WithinRel;
using nlohmann::json;

namespace {

/// The loss of `data` under a checkpoint, by an engine of its own: in bf16, or in float32 by Eigen.
double loss_of(const Model& trained, const Sequences& data, bool bf16) {
  std::shared_ptr<PackedWeights> packed;
  if (bf16)
    packed = std::make_shared<PackedWeights>(trained.classifier->parameters(), kernels::Engine::native,
                                             kernels::Precision::bf16);
  Inference inference(*trained.classifier, bf16 ? "native" : "eigen", 1, packed);
  return evaluate(inference, *trained.task, data).metrics.loss;
}

json last_line(const std::string& file) {
  std::ifstream lines(file);
  std::string line, last;
  while (std::getline(lines, line)) last = line;
  return json::parse(last);
}

}  // namespace

TEST_CASE("a model trained in bf16 is evaluated in float32") {
  const Workplace place("precision");
  const Outcome outcome =
      orochi_program({"train", place.path("small.toml"), "--run", place.path("run"), "train.precision=bf16",
                      "model.d_model=32", "train.learning_rate=0.02"});
  if (!kernels::bf16_available()) {
    CHECK(outcome.code == 2);
    return;
  }
  REQUIRE(outcome.code == 0);
  const Model last = Model::load(place.path("run/last.h5"), builtin());
  const LoadedData data = load_data(last.config.data, place.path("run"), last.config.train.seed,
                                    builtin_readers(), builtin_tokenizers(), *last.task);
  const double validation = loss_of(last, data.validation, false);
  CHECK(std::abs(loss_of(last, data.validation, true) / validation - 1) > 2e-5);  // the other would be seen
  CHECK_THAT(last_line(place.path("run/metrics.jsonl"))["validation_loss"].get<double>(),
             WithinRel(validation, 2e-6));

  const Model best = Model::load(place.path("run/best.h5"), builtin());
  const double test = loss_of(best, data.test, false);
  CHECK(std::abs(loss_of(best, data.test, true) / test - 1) > 2e-5);
  const Outcome evaluated = orochi_program({"evaluate", place.path("run/best.h5"), "--json"});
  CHECK_THAT(json::parse(evaluated.out)["loss"].get<double>(), WithinRel(test, 2e-6));

  Inference inference(*best.classifier, "eigen", 1);
  std::vector<std::uint32_t> samples;
  const std::vector<double> p = best.task->predict(inference.outputs(as_batch(data.test, samples)).first(2))
                                    .scores;  // of the first sequence
  std::ifstream texts(place.path("test.tsv"));
  std::string line;
  std::getline(texts, line);
  const Outcome predicted =
      orochi_program({"predict", place.path("run/best.h5"), "--json"}, line.substr(line.find('\t') + 1));
  CHECK_THAT(json::parse(predicted.out)["probabilities"]["no"].get<double>(), WithinRel(p[0], 2e-6));
}

TEST_CASE("a run in bf16 says once which products stay in float32") {
  if (!kernels::bf16_available()) return;
  const Workplace place("precision-note");
  const auto notes = [&](const std::string& run, const std::string& width) {
    const Outcome outcome = orochi_program({"train", place.path("small.toml"), "--run", place.path(run),
                                            "train.precision=bf16", "model.d_model=" + width});
    REQUIRE(outcome.code == 0);
    const std::string text = "products stay fp32";
    int count = 0;
    for (std::size_t at = outcome.err.find(text); at != std::string::npos;
         at = outcome.err.find(text, at + 1))
      ++count;
    return count;
  };
  CHECK(notes("narrow", "24") == 1);
  CHECK(notes("wide", "32") == 0);
}
