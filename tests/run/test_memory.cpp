// What a step and an inference ask of memory.
#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "cli/count_allocations.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

/// Heap allocations of the last of some steps over the same batches.
std::uint64_t allocations_of_a_step(Config config, Index channels, int threads) {
  const Sequences data = random_sequences(40, 90, 11, channels, 3, 3);
  Classifier model(config, {channels == 0 ? 11 : 0, channels, 90}, 3, builtin_layers());
  model.parameters().initialize(1);
  const std::unique_ptr<Task> task = class_task(3);
  Stepper stepper(model, config.train, threads);
  Updater updater(builtin().optimizers.make(config.train.optimizer), model.parameters());
  BatchStorage storage;
  const std::vector<std::uint32_t> rows = epoch_order(data.size(), 1, 0);
  std::uint64_t before = 0;
  for (std::uint32_t step = 0; step < 6; ++step) {
    before = allocations();
    const Batch batch = storage.gather(data, rows);
    Gradient gradient = stepper.gradient();
    gradient.add(batch, *task, weight_of(*task, batch.targets), {1, step});
    updater.update(std::move(gradient), 1e-3);
  }
  return allocations() - before;
}

}  // namespace

TEST_CASE("after the first steps a training step allocates nothing") {
  const std::uint64_t before = allocations();
  ::operator delete(::operator new(4));  // a call that no compiler leaves out
  REQUIRE(allocations() > before);       // they are counted here
  for (const char* kernels : {"native", "eigen"})
    for (const char* pooling : {"mean", "cls", "max", "attention"}) {
      Config config = small_config();
      config.model.pooling = pooling;
      config.train.kernels = kernels;
      INFO(kernels << " " << pooling);
      CHECK(allocations_of_a_step(config, 0, 1) == 0);
      CHECK(allocations_of_a_step(config, 3, 1) == 0);
    }
}

TEST_CASE("inference needs the memory of one layer, however many there are") {
  std::size_t needed[2];
  for (const Index layers : {1, 12}) {
    Config config = small_config();
    config.model.num_layers = layers;
    Classifier model(config, {11, 0, 90}, 3, builtin_layers());
    model.parameters().initialize(1);
    const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
    std::vector<std::uint32_t> samples;
    const Batch batch = as_batch(data, samples);
    Tape tape(model.parameters());
    tape.begin(Mode::infer, nullptr, {});
    model.forward(tape, batch);
    needed[layers > 1] = tape.capacity();
  }
  CHECK(needed[1] == needed[0]);
}

TEST_CASE("a bound on gradient memory means fewer shards") {
  Config config = small_config();
  config.model.d_model = 256;
  config.train.shards = 8;
  Classifier model(config, {11, 0, 90}, 3, builtin_layers());
  const double each = static_cast<double>(model.parameters().dense_size()) * sizeof(Scalar) / 1e6;
  REQUIRE(each > 5);
  for (const auto& [bound, shards] :
       {std::pair<Index, Index>{1000, 8}, {7 * static_cast<Index>(each), 4}, {1, 1}}) {
    config.train.gradient_memory_mb = bound;
    CHECK(Stepper(model, config.train, 1).num_shards() == shards);
  }
}
