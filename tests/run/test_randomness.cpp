// Training takes its randomness from seed and step as docs/training.md says: a loop written out here, with
// those keys, has the same losses and ends in the same weights.
#include <cstring>

#include <orochi/batching.hpp>
#include <orochi/dataset.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/schedule.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "tasks.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

namespace {

/// What a run of `steps` updates must give, by its config and data.
struct Expected {
  Expected(const Config& config, const Sequences& data, InputShape input, Index steps)
      : model(config, input, 2, builtin_layers()) {
    const TrainConfig& t = config.train;
    model.parameters().initialize(t.seed);
    const std::unique_ptr<Task> task = class_task(2);
    Stepper stepper(model, t, 1);
    Updater updater(builtin().optimizers.make(t.optimizer), model.parameters());
    const auto schedule = builtin().schedules.make(t.schedule);
    const auto micro = static_cast<std::size_t>(t.batch_size),
               whole = micro * static_cast<std::size_t>(t.gradient_accumulation_steps);
    BatchStorage storage;
    std::uint32_t step = 0;
    for (std::uint64_t epoch = 0; std::ssize(losses) < steps; ++epoch) {
      const std::vector<std::uint32_t> order = epoch_order(data.size(), t.seed, epoch);
      for (std::size_t at = 0; at < order.size(); at += whole, ++step) {
        const std::size_t end = std::min(at + whole, order.size());
        StepSums sums;
        Gradient gradient = stepper.gradient();
        for (std::size_t first = at; first < end; first += micro) {
          const Batch batch =
              storage.gather(data, std::span(order).subspan(first, std::min(micro, end - first)));
          const RandomKey key{static_cast<std::uint32_t>(t.seed), step};
          const StepSums now = gradient.add(batch, *task, static_cast<double>(end - at), key);
          sums.loss += now.loss, sums.weight += now.weight;
        }
        losses.push_back(sums.loss / sums.weight);
        gradient.clip(t.max_grad_norm);
        updater.update(std::move(gradient),
                       learning_rate(t, *schedule, step, static_cast<std::uint64_t>(steps)));
      }
    }
  }
  Classifier model;
  std::vector<double> losses;  // by step
};

}  // namespace

TEST_CASE("initial weights and dropout of a run are those of its seed and steps") {
  const Workplace place("randomness");
  std::vector<double> first_losses;
  for (const char* seed : {"3", "4000000007"}) {
    Silent observer;
    TrainRequest request = place.request(std::string("run") + seed);
    request.overrides = {std::string("train.seed=") + seed, "train.epochs=2", "model.dropout=0.4",
                         "data.test=\"\""};
    train(request, builtin(), observer);
    const Model trained = Model::load(request.run + "/last.h5", builtin());
    REQUIRE(std::to_string(trained.config.train.seed) == seed);
    const LoadedData data = load_data(trained.config.data, request.run, trained.config.train.seed,
                                      builtin_readers(), builtin_tokenizers(), *trained.task);
    const Expected expected(trained.config, data.train, trained.input, 8);
    CHECK(observer.losses == expected.losses);
    const Parameters &mine = trained.classifier->parameters(), &theirs = expected.model.parameters();
    CHECK(std::memcmp(mine.data(), theirs.data(), static_cast<std::size_t>(mine.size()) * sizeof(Scalar)) ==
          0);
    first_losses.push_back(observer.losses.front());
  }
  CHECK(first_losses[0] != first_losses[1]);
}
