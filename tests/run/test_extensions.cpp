// Components from outside (examples/extensions): the optimizer and the schedule against hand computations,
// and in a run that a config describes.
#include <orochi/updater.hpp>

#include "../../examples/extensions/extensions.hpp"
#include "catch.hpp"
#include "io/checkpoint.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;
using catch_matchers::WithinRel;

namespace {

Extensions extended() {
  Extensions extensions = builtin();
  add_lion(extensions);
  add_one_cycle(extensions);
  return extensions;
}

}  // namespace

TEST_CASE("three updates of Lion, by hand") {
  Parameters parameters;
  const std::string names[] = {"weight", "bias"};
  parameters.add({names, 1}, {1, 1}, Init::zeros(), Use::product);
  parameters.add({names + 1, 1}, {1}, Init::zeros(), Use::vector);
  parameters.allocate();
  const Index weight = parameters.views()[0].offset, bias = parameters.views()[1].offset;
  parameters.data()[weight] = parameters.data()[bias] = 0.8f;
  Updater updater(extended().optimizers.make(Component{"lion", {}}), parameters);
  REQUIRE(updater.moments().size() == 1);
  CHECK(updater.moments()[0].path == "optimizer/momentum");

  struct Case {
    Scalar gradient;  // halved by clipping
    double weight, bias, momentum;
  };
  // Of the third gradient the sign is another than that of the mean: it is the mean's that counts.
  const Case cases[] = {{1.0f, 0.8 - 0.1 * (1 + 0.1 * 0.8), 0.7, 0.01 * 0.5},
                        {-0.6f, 0.692 + 0.1 * (1 - 0.1 * 0.692), 0.8, 0.99 * 0.005 - 0.01 * 0.3},
                        {-0.02f, 0.78508 - 0.1 * (1 + 0.1 * 0.78508), 0.7, 0.99 * 0.00195 - 0.01 * 0.01}};
  std::uint64_t updates = 0;
  for (const Case& c : cases) {
    ++updates;
    for (const ParameterRange& range : parameter_ranges(parameters, 100))
      updater.update({updates, 0.1, 0.5}, range, &c.gradient);
    INFO(updates);
    CHECK_THAT(static_cast<double>(parameters.data()[weight]), WithinRel(c.weight, 1e-6));
    CHECK_THAT(static_cast<double>(parameters.data()[bias]), WithinRel(c.bias, 1e-6));
    CHECK_THAT(static_cast<double>(updater.moments()[0].values[static_cast<std::size_t>(weight)]),
               WithinRel(c.momentum, 1e-5));
  }
}

TEST_CASE("one cycle rises to the peak and falls far below its start") {
  const auto schedule = extended().schedules.make(Component{"one_cycle", {{"start", 0.2}, {"end", 0.01}}});
  const auto rate = [&](std::uint64_t step) { return schedule->rate({step, 101, 2.0}); };
  CHECK_THAT(rate(0), WithinRel(0.4, 1e-12));
  CHECK_THAT(rate(15), WithinRel(1.2, 1e-12));  // half-way a cosine crosses the mean
  CHECK_THAT(rate(30), WithinRel(2.0, 1e-12));
  CHECK_THAT(rate(65), WithinRel(1.01, 1e-12));
  CHECK_THAT(rate(100), WithinRel(0.02, 1e-12));
}

TEST_CASE("a config trains with them, and a resumed run ends in the same bits, on any number of threads") {
  const Workplace place("extensions");
  const Extensions extensions = extended();
  Silent observer;
  TrainRequest request = place.request("whole");
  request.overrides = {"train.optimizer=lion", "train.optimizer.beta2=0.95", "train.schedule=one_cycle",
                       "train.learning_rate=0.002", "train.epochs=6"};
  train(request, extensions, observer);
  CHECK(observer.losses.back() < 0.6);  // of chance: 0.69
  CHECK_THAT(
      place.bytes("whole/config.toml"),
      Contains("\n[train.optimizer]\ntype = \"lion\"\nbeta1 = 0.9\nbeta2 = 0.95\nweight_decay = 0.1\n"));
  CHECK_THAT(observer.records.back().learning_rate, WithinRel(0.002 * 4e-6, 1e-9));
  const CheckpointReader reader((place.root / "whole/last.h5").string());
  CHECK(reader.groups() == std::vector<std::string>{"optimizer/momentum", "parameters"});

  TrainRequest part = request;
  part.run = (place.root / "part").string();
  part.threads = 1;
  part.max_steps = 7;
  train(part, extensions, observer);
  part.max_steps = 0;
  part.resume = true;
  train(part, extensions, observer);
  CHECK(place.bytes("part/last.h5") == place.bytes("whole/last.h5"));
}

TEST_CASE("a program without them refuses the config with the names it knows") {
  const Workplace place("extensions-missing");
  TrainRequest request = place.request("run");
  request.overrides = {"train.optimizer=lion"};
  Silent observer;
  const Ending ending = ending_of(request, observer, builtin());
  CHECK(ending.code == 2);
  CHECK_THAT(ending.message, Contains("train.optimizer is \"lion\"; allowed: sgd | adam | adamw"));
}
