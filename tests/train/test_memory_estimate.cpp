// What a run will take is known beforehand.
#include <filesystem>
#include <fstream>
#include <orochi/error.hpp>

#include "catch.hpp"
#include "small_model.hpp"
#include "train/machine_memory.hpp"
#include "train/memory_estimate.hpp"
#include "train/run_data.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "(no error)";
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("parameters are counted from the config as the model has them") {
  for (const char* pooling : {"mean", "cls", "attention"})
    for (const char* positions : {"learned", "sinusoidal", "none"})
      for (const char* norm : {"layer_norm", "rms_norm"})
        for (const Index channels : {0, 3}) {
          Config config = small_config();
          config.model.pooling = pooling;
          config.model.positions = positions;
          config.model.norm = norm;
          config.model.norm_first = channels == 0;
          config.model.head_dim = channels;
          if (channels > 0) config.model.blocks = {"feed_forward", "encoder_layer", "gelu"};
          const InputShape input{channels == 0 ? 11 : 0, channels, 40};
          const Classifier model(config, input, 5, builtin_layers());
          INFO(pooling << " " << positions << " " << norm << " " << channels);
          CHECK(parameter_count(config, input, 5) == static_cast<double>(model.parameters().count()));
        }
}

TEST_CASE("a model that no machine holds is refused before it is built") {
  Config config = small_config();
  config.model.d_model = config.model.dim_feedforward = 2147483647;
  config.model.num_heads = 1;
  CHECK_THAT(message_of([&] {
               refuse_large_model(config, {11, 0, 40}, 3, 0);
             }),
             Contains("this run would take about ") && Contains("smaller: model.d_model"));
  config = small_config();
  config.model.num_layers = 2147483647;
  CHECK_THAT(message_of([&] {
               refuse_large_model(config, {11, 0, 40}, 3, 0);
             }),
             Contains(" TB of memory more"));
  CHECK(message_of([&] { refuse_large_model(small_config(), {11, 0, 40}, 3, 0); }) == "(no error)");
}

TEST_CASE("a model for which the data leaves no room is not to blame") {
  CHECK_THAT(message_of([&] {
               refuse_large_model(small_config(), {11, 0, 40}, 3, 1e6, 5e8);
             }),
             Contains("the data has taken 500 MB of memory; the model would take about ") &&
                 Contains("but --max-memory allows 1 MB in all; use a part of the data"));
  CHECK_THAT(message_of([&] {
               refuse_large_model(small_config(), {11, 0, 40}, 3, 1e6, 100);
             }),
             Contains("smaller: model.d_model"));
}

TEST_CASE("data that memory does not hold is refused before it is read") {
  const Workplace place("large-data");
  {
    std::ofstream file(place.root / "train.tsv");
    for (int i = 0; i < 250'000; ++i) file << (i % 2 == 0 ? "a\tx\n" : "b\ty\n");  // 1 MB
  }
  TrainRequest request = place.request("run");
  request.max_memory = resident_memory() + 20e6;
  CHECK_THAT(
      message_of([&] { load_run_data(prepare_run(request, builtin_layers()), request, builtin_layers()); }),
      Contains("train.tsv: reading the data would take about 4") && Contains("; use a part of it"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}

TEST_CASE("the largest part of a refused run is named, with what makes it smaller") {
  Config config = small_config();
  const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
  const Classifier model(config, {11, 0, 90}, 3, builtin_layers());
  const MemoryEstimate estimate = estimate_memory(model, config, data, {}, 10, 2);
  CHECK(estimate.activations > 0);
  CHECK(estimate.gradients >= 5.0 * sizeof(Scalar) * static_cast<double>(model.parameters().dense_size()));
  CHECK(message_of([&] { refuse_large_run(estimate, 0); }) == "(no error)");
  MemoryEstimate large = estimate;
  large.gradients = 1e15;
  CHECK_THAT(message_of([&] { refuse_large_run(large, 0); }),
             Contains("(gradients of the lanes 1000 TB, ") &&
                 Contains("smaller: train.gradient_memory_mb or train.lanes"));
  CHECK_THAT(message_of([&] { refuse_large_run(estimate, 1e6); }),
             Contains("but --max-memory allows 1 MB in all"));
}

TEST_CASE("a checkpoint takes its vocabulary and labels, each padded to the longest") {
  const Config config = small_config();
  const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
  const Classifier model(config, {11, 0, 90}, 3, builtin_layers());
  Preprocessing texts;
  texts.vocabulary.assign(1000, "a");
  texts.vocabulary.push_back(std::string(250, 'b'));
  texts.labels = {"yes", "no"};
  const double without = estimate_memory(model, config, data, {}, 10, 2).checkpoint;
  CHECK(estimate_memory(model, config, data, texts, 10, 2).checkpoint - without ==
        2.0 * (1001 * 250 + 2 * 3));
}

TEST_CASE("control groups bound what is left, also those above the process's own") {
  const fs::path root = fs::temp_directory_path() / "orochi-test-groups";
  fs::remove_all(root);
  write(root / "proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable: 8000000 kB\n");
  CHECK(memory_left(0, root).bytes == 8000000.0 * 1024);
  CHECK(memory_left(0, root).reason == "this machine has 8.2 GB left");
  write(root / "proc/self/cgroup", "0::/outer/inner\n");
  const fs::path outer = root / "sys/fs/cgroup/outer", inner = outer / "inner";
  write(inner / "memory.max", "max\n");
  write(inner / "memory.current", "5\n");
  CHECK(memory_left(0, root).bytes == 8000000.0 * 1024);
  write(outer / "memory.max", "2000000000\n");
  write(outer / "memory.current", "1500000000\n");
  write(outer / "memory.stat", "anon 1000000000\nfile 400000000\n");
  CHECK(memory_left(0, root).bytes == 900000000.0);
  CHECK(memory_left(0, root).reason == "the control group of this process has 900 MB left");
  write(root / "proc/self/cgroup", "9:cpu:/\n4:memory:/job\n");
  const fs::path job = root / "sys/fs/cgroup/memory/job";
  write(job / "memory.limit_in_bytes", "300000000\n");
  write(job / "memory.usage_in_bytes", "100000000\n");
  CHECK(memory_left(0, root).bytes == 200000000.0);
  fs::remove_all(root);
}
