// Models from files that somebody made up: refused, or built and run without harm.
#include <limits>

#include <sys/resource.h>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "data/preprocessing_state.hpp"
#include "heap.hpp"
#include "inference/model_file.hpp"
#include "io/checkpoint_support.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

namespace {

/// A checkpoint as training writes it, of a model with a layer of each kind.
struct Trained {
  Config config;
  CheckpointHeader header;
  Preprocessing p;
  std::vector<std::string> labels;
  std::vector<TensorSlot> slots;
  std::vector<float> values;  // flat

  explicit Trained(bool numeric = false) {
    config.data.train = "train.tsv";
    config.data.format.type = numeric ? "hdf5" : "tsv";
    config.data.max_length = 6;
    config.model.d_model = 4;
    config.model.num_heads = 2;
    config.model.num_layers = 1;
    labels = {"no", "yes"};
    if (numeric) {
      p.channels = 2;
      p.mean = {0.5F, -1.0F};
      p.deviation = {1.0F, 2.0F};
    } else {
      p.tokenizer = word_tokenizer({"<unk>", "a", "b"});
    }
    build();
  }

  void build() {
    header.config = write_config(config);
    header.state = state_of(p);
    header.state["task"].set("labels", labels);
    Classifier model(config, input_shape(config.data, p), 2, builtin_layers());
    model.parameters().initialize(1);
    slots = tensor_slots(model.parameters());
    values.assign(model.parameters().data(), model.parameters().data() + model.parameters().size());
  }

  std::vector<unsigned char> bytes() const {
    const TensorGroup group{"parameters", values};
    return checkpoint_image(header, slots, {&group, 1});
  }
};

/// Loads the model and runs it over two sequences, as evaluate does; "(no error)" or the message.
std::string outcome_of(const std::string& path, const Extensions& registry) {
  return message_of([&] {
    const Model trained = Model::load(path, registry);
    Sequences data;
    data.channels = trained.preprocessing.channels;
    if (data.channels == 0) data.tokens = {0, 1, 2};
    data.values.assign(static_cast<std::size_t>(3 * data.channels), 0.5F);
    data.offsets = {0, 1, 3};
    data.targets = {0, 0};
    std::vector<std::uint32_t> samples;
    Inference(*trained.classifier, "auto", 1).outputs(as_batch(data, samples));
  });
}

std::string outcome_of(const Trained& trained) {
  const TemporaryFolder folder;
  write_bytes(folder.path("a.h5"), trained.bytes());
  const std::string message = outcome_of(folder.path("a.h5"), builtin());
  const std::size_t at = message.find(folder.folder() + "/");
  return at == std::string::npos ? message
                                 : message.substr(0, at) + message.substr(at + folder.folder().size() + 1);
}

/// The config says other things than the file's tensors.
std::string outcome_with(const std::function<void(Config&)>& change) {
  Trained trained;
  change(trained.config);
  trained.header.config = write_config(trained.config);
  return outcome_of(trained);
}

}  // namespace

TEST_CASE("a checkpoint as training writes it becomes a model", "[checkpoint]") {
  CHECK(outcome_of(Trained()) == "(no error)");
  CHECK(outcome_of(Trained(true)) == "(no error)");
}

// Before anything of their size is reserved: some of these would need more memory than there is.
TEST_CASE("sizes in a checkpoint's config that its tensors do not bear out are refused", "[checkpoint]") {
  constexpr Index huge = 2147483647;
  const std::string too_many = "'a.h5' does not fit together: the model has too many numbers at \"";
  CHECK_THAT(outcome_with([](Config& c) { c.model.d_model = huge - 1; }), Contains(too_many));
  CHECK_THAT(outcome_with([](Config& c) { c.model.d_model = 8; }), Contains(too_many));
  CHECK_THAT(outcome_with([](Config& c) { c.model.dim_feedforward = huge; }), Contains(too_many));
  CHECK_THAT(outcome_with([](Config& c) { c.model.num_heads = c.model.head_dim = huge; }),
             Contains(too_many));
  CHECK_THAT(outcome_with([](Config& c) { c.model.num_layers = 10000; }), Contains(too_many));
  CHECK_THAT(outcome_with([](Config& c) { c.data.max_length = huge; }),
             Contains(too_many + "positions.weight"));
  CHECK_THAT(
      outcome_with([](Config& c) { c.data.max_length = 5; }),
      Contains(
          "'a.h5': tensor 'positions.weight' of '/parameters' has shape [6, 4] where the model has [5, 4]"));
}

// No tensor bears it out, and none needs to: what places take of memory is made as sequences reach them.
TEST_CASE("a max_length that the file says alone takes no memory", "[checkpoint]") {
  for (const char* positions : {"rotary", "sinusoidal", "alibi", "none"})
    for (const Index length : {20'000'000, 2'147'483'647}) {
      INFO(positions << " " << length);
      Trained trained;
      trained.config.model.positions = positions;
      trained.build();
      trained.config.data.max_length = length;
      trained.header.config = write_config(trained.config);
      const TemporaryFolder folder;
      write_bytes(folder.path("a.h5"), trained.bytes());
      const double before = heap_in_use();
      const Model loaded = Model::load(folder.path("a.h5"), builtin());
      Inference inference(*loaded.classifier, "auto", 1);
      Sequences data;
      data.tokens = {0, 1, 2};
      data.offsets = {0, 1, 3};
      data.targets = {0, 0};
      std::vector<std::uint32_t> samples;
      CHECK(inference.outputs(as_batch(data, samples)).size() == 4);
      const double taken = heap_in_use() - before;
      if (heap_is_counted()) CHECK(taken < 1e6);
    }
}

TEST_CASE("a layer inside itself is refused", "[checkpoint]") {
  CHECK_THAT(outcome_with([](Config& c) { c.model.norm = "encoder_layer"; }),
             Contains("layers lie more than 8 deep in each other at \"encoder.0.norm1.norm1."));
  Config config = Trained().config;
  config.model.activation = "feed_forward";
  CHECK_THAT(message_of([&] {
               Classifier(config, {3, 0, 6}, 2, builtin_layers());
             }),
             Contains("layers lie more than 8 deep"));
}

TEST_CASE("inputs that do not go together are refused", "[checkpoint]") {
  const auto message = [](bool numeric, const std::function<void(Trained&)>& change) {
    Trained trained(numeric);
    change(trained);
    trained.header.state = state_of(trained.p);
    trained.header.state["task"].set("labels", trained.labels);
    return outcome_of(trained);
  };
  const std::string start = "'a.h5' does not fit together: ";
  CHECK(message(true, [](Trained& t) { t.p.mean = t.p.deviation = {}; }) ==
        start + "0 means and 0 stds for 2 channels");
  CHECK(message(true, [](Trained& t) { t.p.deviation[1] = 0; }) ==
        start + "a std is 0; expected more than 0");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    CHECK(message(true, [&](Trained& t) { t.p.mean[1] = bad; }) ==
          start + "a mean or std is NaN or infinity");
    CHECK(message(true, [&](Trained& t) { t.p.deviation[0] = bad; }) ==
          start + "a mean or std is NaN or infinity");
  }
  CHECK(message(true, [](Trained& t) { t.p.channels = -1; }) == start + "2 means and 2 stds for -1 channels");
  CHECK(message(true, [](Trained& t) {
          t.p.tokenizer = word_tokenizer({"<unk>", "a"});
        }) == start + "a vocabulary of 2 tokens and 2 channels do not go with data.format = \"hdf5\"");
  const std::string texts = start + "data: its state \"texts\" is not one number that goes with its channels";
  CHECK(message(true, [](Trained& t) { t.p.texts = 2; }) == texts);
  CHECK(message(false, [](Trained& t) { t.p.texts = 1000000; }) == texts);
  CHECK_THAT(message(false, [](Trained& t) { t.p.texts = 2; }),
             Contains("the model has too many numbers at"));
  CHECK(message(false, [](Trained& t) { t.p.tokenizer = nullptr; }) ==
        start + "tokenizer: its state lacks \"vocabulary\"");
  CHECK(message(false, [](Trained& t) {
          t.config.data.format.type = "ts";
          t.header.config = write_config(t.config);
        }) == start + "a vocabulary of 3 tokens and 0 channels do not go with data.format = \"ts\"");
  CHECK(message(false, [](Trained& t) {
          t.labels = {"yes", "yes"};
        }) == start + "two of its labels are the same");
  CHECK(message(false, [](Trained& t) { t.labels = {}; }) == start + "it has no labels");
}

TEST_CASE("states that are not what reading them needs are refused", "[checkpoint]") {
  const auto message = [](const char* component, const State& state, bool numeric = true) {
    Trained trained(numeric);
    trained.header.state[component] = state;
    return outcome_of(trained);
  };
  const std::string start = "'a.h5' does not fit together: ";
  State one;
  one.set("channels", std::vector<double>{2});
  CHECK(message("data", one) == start + "data: its state \"channels\" does not hold integers");
  one.set("channels", std::vector<std::int64_t>{2, 2});
  CHECK(message("data", one) == start + "data: its state \"channels\" has 2 numbers; expected 1");
  CHECK(message("data", {}) == start + "data: its state \"channels\" has 0 numbers; expected 1");
  State figures;
  figures.set("mean", std::vector<double>{0, 0});
  CHECK(message("normalization", figures) == start + "normalization: its state lacks \"std\"");
  figures.set("std", std::vector<double>{1e300, 1});  // more than a float holds
  CHECK(message("normalization", figures) == start + "a mean or std is NaN or infinity");
  State vocabulary;
  vocabulary.set("vocabulary", std::vector<double>{1, 2, 3});
  CHECK(message("tokenizer", vocabulary, false) ==
        start + "tokenizer: its state \"vocabulary\" does not hold texts");
}

// OROCHI_LONG=1 in the environment: a million.
TEST_CASE("models from mutants with a fitting checksum do no harm", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.h5");
  const Extensions registry = builtin();
  Mutator mutator(2);
  const int rounds = mutant_count() / 5;  // making a model takes longer than reading a file
  int refused = 0;
  for (const bool numeric : {false, true}) {
    const std::vector<unsigned char> image = image_of(Trained(numeric).bytes());
    for (int round = 0; round < rounds / 2; ++round) {
      write_bytes(path, sealed(mutator.mutant(image)));
      if (outcome_of(path, registry) != "(no error)") ++refused;
    }
  }
  CHECK(refused > rounds / 4);
  CHECK(refused < rounds);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  CHECK(used.ru_maxrss < 1024 * 1024);  // KiB
}

TEST_CASE("options of a layer that the model does not use hinder nobody without that layer") {
  Trained trained;
  trained.config.layer["shift"]["scale"] = 0.5;
  trained.header.config = write_config(trained.config);
  REQUIRE(trained.header.config.find("[layer.shift]") != std::string::npos);
  CHECK(outcome_of(trained) == "(no error)");

  // In a file they may be a typing error.
  CHECK_THROWS_WITH(parse_config(trained.header.config, "run.toml", {}, component_schemas(builtin())),
                    Contains("unknown layer \"shift\""));
  // And a model that uses the layer is refused by its name.
  trained.config.model.block = {{"shift"}};
  trained.header.config = write_config(trained.config);
  CHECK_THAT(outcome_of(trained), Contains("model.block") && Contains("\"shift\""));
}
