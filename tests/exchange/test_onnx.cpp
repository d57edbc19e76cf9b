// ONNX files: every built-in layer has a translation that ONNX's own rules accept. scripts/check_onnx
// compares numbers.
#include <cstdlib>

#include <orochi/error.hpp>

#include "catch.hpp"
#include "data/temp_folder.hpp"
#include "exchange/hugging_face.hpp"
#include "exchange/onnx.hpp"
#include "exchange/onnx_graph.hpp"
#include "golden_rows.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using orochi::testing::TempFolder;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Config small() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  return config;
}

/// Of texts, or of numeric rows with three channels.
Model model_of(Config config, bool numeric = false, const Extensions& extensions = builtin(),
               const std::vector<std::string>& targets = {"no", "yes", "perhaps"}) {
  std::vector<std::string> notes;
  Preprocessing data{nullptr, {1, 2, 3}, {4, 5, 6}, 3, 1, {}, -1};
  if (!numeric) data = import_hugging_face(encoders_folder() + "/minilm", extensions, notes).preprocessing;
  config.data.format = {numeric ? "ts" : "tsv"};
  config.data.tokenizer = {"wordpiece"};
  std::unique_ptr<Task> task = extensions.tasks.make(config.task);
  task->fit(targets);
  Model model(config, data, std::move(task), extensions);
  model.classifier->parameters().initialize(1);
  return model;
}

/// What ONNX's own library says, where there is one.
bool all_valid(const TempFolder& folder) {
  const char* checker = std::getenv("ONNX_CHECKER");
  if (checker == nullptr) WARN("ONNX's library is not there: its rules are not checked");
  return checker == nullptr || std::system((checker + (" " + folder.path() + "/*.onnx")).c_str()) == 0;
}

class Same : public Layer {
 public:
  explicit Same(Builder&) {}
  Rows forward(const Rows& x) const override { return x; }
};

}  // namespace

TEST_CASE("every built-in layer has a translation to ONNX", "[onnx]") {
  const TempFolder temp;
  const auto check = [&](const std::string& name, const Config& config, bool numeric) {
    INFO(name);
    CHECK_NOTHROW(export_onnx(model_of(config, numeric), temp.file(name + ".onnx")));
  };
  const Layers layers = builtin_layers();
  for (const LayerEntry& entry : layers.entries()) {
    Config config = small();
    if (entry.role == Role::pooling) config.model.pooling = entry.name;
    if (entry.role == Role::rows) config.model.block = {{entry.name}, {"encoder_layer"}};
    const bool numeric = entry.role == Role::input && !entry.takes_tokens;
    check(entry.name, config, numeric);
    for (std::size_t i = 0; i < entry.examples.size(); ++i) {
      Config changed = config;
      entry.examples[i].change(changed);
      if (changed.layer.contains("token_embedding"))
        CHECK_THROWS_WITH(export_onnx(model_of(changed, false), temp.file("x.onnx")), Contains("ngrams"));
      else
        check(entry.name + "_" + std::to_string(i), changed, numeric);
    }
  }
  CHECK(all_valid(temp));
}

TEST_CASE("every task has outputs in ONNX", "[onnx]") {
  const TempFolder temp;
  Config config = small();
  const auto text_of = [&](const std::string& task, const std::vector<std::string>& targets) {
    config.task = {task};
    const Model model = model_of(config, false, builtin(), targets);
    if (task == "regression") model.task->fit_split(std::vector<double>{1, 10, 3, 50});
    CHECK(export_onnx(model, temp.file(task + ".onnx")).empty());
    return read(temp.file(task + ".onnx"));
  };
  CHECK_THAT(text_of("classification", {"b", "a"}), Contains(R"(["a","b"])") && Contains("logits"));
  CHECK_THAT(text_of("multi_label", {"b,a", "a"}), Contains(R"(["a","b"])") && Contains("[0.5,0.5]"));
  CHECK_THAT(text_of("token_labels", {"b a", "a"}), Contains(R"(["a","b"])") && Contains("logits"));
  CHECK_THAT(text_of("regression", {"1,10", "3,50"}), Contains("predictions") && !Contains("logits"));
  CHECK(all_valid(temp));
}

TEST_CASE("no built-in task with answers was left out above", "[onnx]") {
  std::vector<std::string> answering;
  const Tasks tasks = builtin_tasks();
  for (const TaskEntry& entry : tasks.entries())
    if (tasks.make({entry.name})->are_in_file()) answering.push_back(entry.name);
  CHECK(answering.size() == 4);
}

TEST_CASE("an encoder's file has vectors, and its vocabulary and config beside them", "[onnx]") {
  const TempFolder temp;
  for (const char* family : {"bert", "minilm", "distilbert", "roberta", "electra"}) {
    std::vector<std::string> notes;
    const Model encoder = import_hugging_face(encoders_folder() + "/" + family, builtin(), notes);
    export_onnx(encoder, temp.file(std::string(family) + ".onnx"));
    const std::string file = read(temp.file(std::string(family) + ".onnx"));
    CHECK_THAT(file, Contains("vectors") && Contains(encoder.preprocessing.token(5)));
    CHECK_THAT(file, Contains("norm_first = false"));
  }
  CHECK(all_valid(temp));
}

TEST_CASE("all that has no translation is refused at once, each thing once", "[onnx]") {
  const TempFolder temp;
  Extensions extensions = builtin();
  extensions.layers.add<Same>("theirs", Role::rows, "leaves the rows as they are");
  Config config = small();
  config.model.feed_forward = "theirs";
  config.data.text_features = 16;
  const Model model = model_of(config, false, extensions);
  REQUIRE_THROWS_WITH(
      export_onnx(model, temp.file("x.onnx")),
      Contains("\n  layers of type \"theirs\" have no translation; there is one of token_embedding") &&
          Contains("\n  the outputs of a linear model are added (data.text_features): train with "
                   "data.text_features = 0\n") &&
          Contains("--format safetensors"));
  REQUIRE(config.model.num_layers > 1);
  CHECK_FALSE(std::filesystem::exists(temp.file("x.onnx")));
}

TEST_CASE("notes say what the graph leaves to who runs it", "[onnx]") {
  const TempFolder temp;
  Model model = model_of(small(), true);
  CHECK(export_onnx(model, temp.file("x.onnx")).empty());
  model.config.data.missing = "zero";
  model.config.data.missing_indicator = true;
  model.config.data.long_sequences = "windows";
  const std::vector<std::string> notes = export_onnx(model, temp.file("x.onnx"));
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[0], Contains("at most 256 rows") && Contains("windows"));
  CHECK_THAT(notes[1], Contains("data.missing = \"zero\" does, and add the channel"));
}

TEST_CASE("a graph has each node once, and a file that protobuf cannot read is refused", "[onnx]") {
  OnnxGraph graph;
  const OnnxGraph::Value x = graph.float_input("x", {"B", Index{2}});
  const OnnxGraph::Value half = graph.node("Mul", {x, graph.number(0.5)});
  CHECK(graph.node("Mul", {x, graph.number(0.5)}) == half);
  CHECK(graph.node("Mul", {x, graph.number(2)}) != half);
  CHECK(graph.node("Softmax", {x}, {{"axis", 0}}) != graph.node("Softmax", {x}, {{"axis", 1}}));
  graph.output(half, "y", {"B", Index{2}});
  const std::size_t size = graph.bytes().size();
  CHECK(graph.bytes(size).size() == size);
  REQUIRE_THROWS_WITH(graph.bytes(size - 1), Contains("as ONNX the model has " + std::to_string(size) +
                                                      " bytes; allowed: " + std::to_string(size - 1)));
}
