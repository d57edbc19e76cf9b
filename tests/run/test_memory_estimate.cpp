// What a run will take is known beforehand.
#include <filesystem>
#include <fstream>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "heap.hpp"
#include "run/machine_memory.hpp"
#include "run/memory_estimate.hpp"
#include "run/run_data.hpp"
#include "small_model.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"
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

/// Random tokens, all sequences of one length: micro-batches differ in nothing but their tokens.
Sequences even_sequences(Index count, Index length, Index vocabulary) {
  std::mt19937 numbers(3);
  Sequences data;
  for (Index i = 0; i < count * length; ++i)
    data.tokens.push_back(static_cast<std::int32_t>(numbers() % static_cast<unsigned>(vocabulary)));
  for (Index b = 0; b < count; ++b) {
    data.offsets.push_back((b + 1) * length);
    data.targets.push_back(0);
  }
  return data;
}

struct Shape {
  Index vocabulary, longest, classes = 3;
};

/// What training for one update takes of the heap: the most after any of its micro-batches.
double taken(const Config& config, const Shape& shape, const Sequences& data) {
  const double before = heap_in_use();
  double most = 0;
  Classifier model(config, {shape.vocabulary, 0, shape.longest}, shape.classes, builtin_layers());
  model.parameters().initialize(1);
  const std::unique_ptr<Task> task = class_task(shape.classes);
  Stepper stepper(model, config.train, 1);
  Updater updater(builtin().optimizers.make(config.train.optimizer), model.parameters());
  Gradient gradient = stepper.gradient();
  BatchStorage storage;
  std::vector<std::uint32_t> order(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), 0U);
  const auto size = static_cast<std::size_t>(config.train.batch_size);
  for (std::size_t at = 0; at < order.size(); at += size) {
    const std::span<const std::uint32_t> rows =
        std::span(order).subspan(at, std::min(size, order.size() - at));
    gradient.add(storage.gather(data, rows), *task, static_cast<double>(data.size()), {1, 1});
    most = std::max(most, heap_in_use());
  }
  updater.update(std::move(gradient), 1e-3);
  return std::max(most, heap_in_use()) - before;
}

/// The same by the estimate, without its share for threads and libraries.
double estimated(const Config& config, const Shape& shape, const Sequences& data) {
  const Classifier model(config, {shape.vocabulary, 0, shape.longest}, shape.classes, builtin_layers());
  const MemoryEstimate estimate =
      estimate_memory(model, *class_task(shape.classes), config, builtin().optimizers, data, {}, {}, 1);
  return static_cast<double>(model.parameters().size()) * sizeof(Scalar) + estimate.training() -
         estimate.overhead;
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
          if (channels > 0)
            config.model.block = {{"feed_forward"},
                                  {"encoder_layer",
                                   {{"num_heads", std::int64_t{2}},
                                    {"head_dim", std::int64_t{5}},
                                    {"dim_feedforward", std::int64_t{9}},
                                    {"norm", std::string("rms_norm")}}},
                                  {"encoder_layer"},
                                  {"gelu"}};
          const InputShape input{channels == 0 ? 11 : 0, channels, 40};
          const Classifier model(config, input, 5, builtin_layers());
          INFO(pooling << " " << positions << " " << norm << " " << channels);
          CHECK(Classifier::count(config, input, 5, builtin_layers()) ==
                static_cast<double>(model.parameters().count()));
        }
}

namespace {
/// A custom layer with parameters of its own.
class Widened : public Layer {
 public:
  explicit Widened(Builder& builder) {
    builder.weight("wide", builder.width() + 3, builder.width());
    builder.fused({"a", "b"}, 7, 0, Init::zeros());
  }
  Rows forward(const Rows& x) const override { return x; }
};
}  // namespace

TEST_CASE("custom layers, rows' tasks and pairs of texts count, too") {
  Layers layers = builtin_layers();
  layers.add<Widened>("widened", Role::rows, "for this test");
  Config config = small_config();
  config.model.num_layers = 5;
  config.model.feed_forward = "widened";
  for (const Level level : {Level::sequence, Level::row})
    for (const Index num_texts : {1, 2}) {
      config.model.pooling = "attention";
      const InputShape input{11, 0, 40, num_texts};
      const Classifier model(config, input, {5, level}, layers);
      CHECK(Classifier::count(config, input, {5, level}, layers) ==
            static_cast<double>(model.parameters().count()));
    }
}

TEST_CASE("a model that no machine holds is refused before it is built") {
  Config config = small_config();
  config.model.d_model = config.model.dim_feedforward = 2147483647;
  config.model.num_heads = 1;
  CHECK_THAT(message_of([&] {
               refuse_large_model(config, builtin(), {11, 0, 40}, 3, 0);
             }),
             Contains("this run would take about ") && Contains("smaller: model.d_model"));
  config.model.num_heads = config.model.head_dim = 2147483647;  // more than an Index counts
  CHECK_THAT(message_of([&] {
               refuse_large_model(config, builtin(), {2147483647, 0, 40}, 3, 0);
             }),
             Contains("this run would take about ") && Contains("smaller: model.d_model"));
  config = small_config();
  config.model.num_layers = 2147483647;
  CHECK_THAT(message_of([&] {
               refuse_large_model(config, builtin(), {11, 0, 40}, 3, 0);
             }),
             Contains(" TB of memory more"));
  CHECK(message_of([&] {
          refuse_large_model(small_config(), builtin(), {11, 0, 40}, 3, 0);
        }) == "(no error)");
}

TEST_CASE("a model for which the data leaves no room is not to blame") {
  CHECK_THAT(message_of([&] {
               refuse_large_model(small_config(), builtin(), {11, 0, 40}, 3, 1e6, 5e8);
             }),
             Contains("the data has taken 500 MB of memory; the model would take about ") &&
                 Contains("but --max-memory allows 1 MB in all; use a part of the data"));
  CHECK_THAT(message_of([&] {
               refuse_large_model(small_config(), builtin(), {11, 0, 40}, 3, 1e6, 100);
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
  CHECK_THAT(message_of([&] { load_run_data(prepare_run(request, builtin()), request, builtin()); }),
             Contains("train.tsv: reading the data would take about 4") &&
                 Contains("; set data.storage = \"disk\", or use a part of it"));
  CHECK_FALSE(fs::exists(place.root / "run"));
  request.overrides = {"data.storage=disk", "data.test="};
  CHECK(message_of([&] { load_run_data(prepare_run(request, builtin()), request, builtin()); }) ==
        "(no error)");
}

TEST_CASE("the largest part of a refused run is named, with what makes it smaller") {
  Config config = small_config();
  const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
  const Classifier model(config, {11, 0, 90}, 3, builtin_layers());
  const MemoryEstimate estimate =
      estimate_memory(model, *class_task(3), config, builtin().optimizers, data, {}, {10, 10, 90}, 2);
  CHECK(estimate.activations > 0);
  const double each = sizeof(Scalar) * static_cast<double>(model.parameters().dense_size());
  CHECK(estimate.gradients == 4 * each);  // of 5 shards on 2 threads
  config.train.gradient_accumulation_steps = 2;
  CHECK(estimate_memory(model, *class_task(3), config, builtin().optimizers, data, {}, {10, 10, 90}, 2)
            .gradients == 5 * each);
  CHECK(message_of([&] { refuse_large_run(estimate, 0); }) == "(no error)");
  MemoryEstimate large = estimate;
  large.gradients = 1e15;
  CHECK_THAT(message_of([&] { refuse_large_run(large, 0); }),
             Contains("(gradients of the shards 1000 TB, ") &&
                 Contains("smaller: train.gradient_memory_mb or train.shards"));
  CHECK_THAT(message_of([&] { refuse_large_run(estimate, 1e6); }),
             Contains("but --max-memory allows 1 MB in all"));
}

TEST_CASE("a checkpoint takes its vocabulary and labels, each padded to the longest") {
  const Config config = small_config();
  const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
  const Classifier model(config, {11, 0, 90}, 3, builtin_layers());
  Preprocessing texts;
  std::vector<std::string> vocabulary(1000, "a");
  vocabulary.push_back(std::string(250, 'b'));
  texts.tokenizer = test::word_tokenizer(vocabulary);
  const std::unique_ptr<Task> task = new_task();
  task->fit(std::vector<std::string>{"yes", "no", "so"});
  const double without =
      estimate_memory(model, *class_task(3), config, builtin().optimizers, data, {}, {10, 10, 90}, 2)
          .checkpoint;
  CHECK(estimate_memory(model, *task, config, builtin().optimizers, data, texts, {10, 10, 90}, 2).checkpoint -
            without ==
        2.0 * (1001 * 250 + 3 * 3 - 3 * 1));
}

TEST_CASE("the estimate comes near what an update takes, however many micro-batches it has") {
  if (!heap_is_counted()) return;
  Config config = small_config();
  config.model.num_layers = 1;
  config.model.positions = "none";
  config.train.optimizer.type = "sgd";
  config.train.shards = 2;
  config.train.batch_size = 8;
  const Shape shape{40'000, 64};
  double taken_by_one = 0, estimated_of_one = 0;
  for (const Index count : {1, 64}) {
    config.train.gradient_accumulation_steps = count;
    const Sequences data = even_sequences(8 * count, 64, shape.vocabulary);
    const double estimate = estimated(config, shape, data), peak = taken(config, shape, data);
    INFO(count << " micro-batches: " << memory_text(estimate) << " estimated, " << memory_text(peak)
               << " taken");
    CHECK(std::abs(estimate / peak - 1) < 0.3);
    if (count == 1) {
      taken_by_one = peak;
      estimated_of_one = estimate;
    } else {
      CHECK(std::abs((estimate - estimated_of_one) / (peak - taken_by_one) - 1) < 0.4);
    }
  }
}

TEST_CASE("the estimate comes near what long sequences take, tables of positions counted") {
  if (!heap_is_counted()) return;
  for (const char* positions : {"rotary", "sinusoidal", "none"}) {
    Config config = small_config();
    config.model.positions = positions;
    config.model.d_model = config.model.head_dim = 34;  // a table as wide as 16 heads
    config.model.num_heads = 1;
    config.model.window = 4;
    config.train.shards = config.train.batch_size = 1;
    const Shape shape{11, 2'000'000'000};
    const Sequences data = even_sequences(1, 7000, 11);
    const double estimate = estimated(config, shape, data), peak = taken(config, shape, data);
    INFO(positions << ": " << memory_text(estimate) << " estimated, " << memory_text(peak) << " taken");
    CHECK(std::abs(estimate / peak - 1) < 0.3);
  }
}

TEST_CASE("tables of positions are counted once, as far as the longest sequence reaches") {
  Config config = small_config();
  config.model.positions = "rotary";
  const Sequences data = random_sequences(40, 90, 11, 0, 3, 3);
  const auto places = [&](Index max_length, Index evaluated) {
    const Classifier model(config, {11, 0, max_length}, 3, builtin_layers());
    return estimate_memory(model, *class_task(3), config, builtin().optimizers, data, {}, {10, 10, evaluated},
                           1)
        .positions;
  };
  const double row = 2.0 * 16 * sizeof(Scalar);  // heads of 8 columns, up to 16 in a register
  CHECK(places(2'000'000'000, 90) <= 256 * row);
  CHECK(places(2'000'000'000, 90) > 0);
  CHECK(places(100, 90) <= 100 * row);
  CHECK(places(2'000'000'000, 4096) >= 4096 * row / 2);
  CHECK(places(2'000'000'000, 4096) <= 4096 * row);
  config.model.num_layers = 5;
  CHECK(places(2'000'000'000, 4096) <= 4096 * row);
}

TEST_CASE("a max_length that no sequence comes near refuses no run, and long sequences name what they take") {
  const Workplace place("max-length");
  TrainRequest request = place.request("run");
  request.overrides = {"model.positions=rotary", "data.max_length=1000000", "train.epochs=1"};
  Silent silent;
  request.max_memory = resident_memory() + 60e6;
  const Ending ending = ending_of(request, silent, builtin());
  CHECK(ending.message.empty());
  CHECK(ending.code == 0);
  for (int i = 0; i < 6; ++i)  // some of them train
    std::ofstream(place.root / "train.tsv", std::ios::app) << "yes\t" << std::string(200'000, 'A') << "\n";
  request.run = (place.root / "long").string();
  request.max_memory = resident_memory() + 200e6;
  const std::string message = ending_of(request, silent, builtin()).message;
  CHECK_THAT(message, Contains("(activations "));
  CHECK_THAT(message,
             Contains("tables of positions 34 MB") || Contains("tables of positions 17 MB"));  // by registers
  CHECK_THAT(message, Contains("smaller: data.max_length"));
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
