// A temperature that training keeps in the checkpoint: same training, better probabilities.
#include <cmath>

#include <orochi/model.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "inference/scored.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

namespace {

double named(const std::vector<NamedFigure>& figures, const std::string& name) {
  return std::ranges::find(figures, name, &NamedFigure::name)->value;
}

double cross_entropy_of(const Scored& found) {
  double sum = 0;
  for (std::size_t i = 0; i < found.targets.size(); ++i)
    sum -= std::log(found.probabilities[2 * i + static_cast<std::size_t>(found.targets[i])]);
  return sum / static_cast<double>(found.targets.size());
}

}  // namespace

TEST_CASE("calibration changes probabilities alone, and makes up for label smoothing") {
  const Workplace place("calibrate");
  const auto trained = [&](const std::string& run, const std::string& calibrate) {
    TrainRequest request = place.request(run);
    request.overrides = {
        "task.label_smoothing=0.4",   "data.validation=test.tsv", "data.test=",
        "data.validation_fraction=0", "train.epochs=12",          "task.calibrate=" + calibrate};
    Silent observer;
    train(request, builtin(), observer);
    return std::pair(Model::load((place.root / run / "best.h5").string()), observer.losses);
  };
  const auto [plain, plain_losses] = trained("plain", "false");
  const auto [calibrated, losses] = trained("calibrated", "true");
  CHECK(losses == plain_losses);
  const auto scored = [&](const Model& model) {
    std::vector<std::string> notes;
    const LoadedFile file = load_file(model.config.data, model.extensions.readers, model.preprocessing,
                                      *model.task, (place.root / "test.tsv").string(), notes);
    Inference inference(model, 2);
    return evaluate_scored(inference, *model.task, file.sequences);
  };
  const Scored before = scored(plain), after = scored(calibrated);
  CHECK(after.metrics.loss == before.metrics.loss);
  CHECK(after.metrics.figures.values == before.metrics.figures.values);
  CHECK(after.predictions == before.predictions);
  CHECK(cross_entropy_of(after) < cross_entropy_of(before) - 0.01);
  const auto error = [](const Model& model, const Scored& found) {
    return named(further_figures(*model.task, found), "ece");
  };
  CHECK(error(calibrated, after) < error(plain, before) / 2);
}
