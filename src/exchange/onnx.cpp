#include "exchange/onnx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "exchange/model_numbers.hpp"
#include "exchange/onnx_layers.hpp"
#include "io/config_file.hpp"
#include "io/config_keys.hpp"
#include "io/whole_file.hpp"
#include "layers/embedding.hpp"
#include "layers/linear_model.hpp"

namespace orochi {
namespace {

using nlohmann::json;
using Value = OnnxGraph::Value;

/// Of the input: tokens, or numbers as they are in data files, which become what training saw.
OnnxRows input_rows(OnnxGraph& graph, const Model& model) {
  const Preprocessing& data = model.preprocessing;
  const bool tokens = model.input.vocab_size > 0;
  const Value given = tokens ? graph.integer_input("tokens", {"B", "T"})
                             : graph.float_input("values", {"B", "T", data.channels});
  const Value lengths = graph.integer_input("lengths", {"B"});
  const OnnxRows x = onnx_rows(graph, given, lengths, data.channels, model.input.max_length);
  if (tokens) return x;
  const Value mask = graph.node("Unsqueeze", {x.mask, graph.integers({2})});  // [B, T, 1]
  const Value numbers = graph.node("Where", {mask, given, graph.number(0)});
  const Value centred = graph.node("Sub", {numbers, graph.tensor({data.channels}, data.mean)});
  return x.with(graph.node("Div", {centred, graph.tensor({data.channels}, data.deviation)}));
}

/// What Classifier does: [B, C], or [B, T, C] where each row has a target.
Value encode(const OnnxLayer& at, const Model& model) {
  const ModelConfig& config = model.config.model;
  const bool tokens = model.input.vocab_size > 0, pools = model.classifier->level() == Level::sequence;
  OnnxRows x = input_rows(at.graph, model);
  x = at.child(tokens ? "embedding" : "input", tokens ? "token_embedding" : "input_projection", x);
  x.columns = embedding_width(config);
  if (pools)
    if (const LayerEntry* entry = model.extensions.layers.find(config.pooling); !entry->before.empty())
      x = at.child(entry->before, entry->before, x);
  x = at.child("positions", config.positions, x);
  if (config.embedding_norm) x = at.child("embedding_norm", config.norm, x);
  if (config.embedding_dim > 0) x = x.with(at.linear("embedding_projection", x.values));
  x.columns = config.d_model;
  std::vector<Component> blocks = config.block;
  if (blocks.empty()) blocks.assign(static_cast<std::size_t>(config.num_layers), {"encoder_layer"});
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const ModelConfig of_block = block_model(config, blocks[i].options);
    const OnnxLayer place{at.graph, model, at.positions, fmt::format("encoder.{}", i), of_block};
    x = translate(place, blocks[i].type, x);
  }
  if (config.norm_first) x = at.child("norm", config.norm, x);
  return pools ? at.child("pooling", config.pooling, x).values : x.values;
}

/// The outputs: logits, or numbers in the targets' units; without a head what it would take.
void add_outputs(const OnnxLayer& at, const Model& model, Value values) {
  const char* name = "vectors";
  if (model.task != nullptr) {
    if (const std::string_view key = linear_model_key(model.config.data); !key.empty())
      at.graph.refuse(fmt::format("the outputs of a linear model are added ({0}): train with {0} = 0", key));
    name = "logits";
    values = at.linear("head", values);
    State state;
    model.task->save(state);
    const auto scale = [&](const char* operation, const char* by) {
      const std::vector<double>& numbers = state.numbers(by);
      const std::vector<float> floats(numbers.begin(), numbers.end());
      values = at.graph.node(operation, {values, at.graph.tensor({std::ssize(floats)}, floats)});
    };
    if (model.task->are_numbers() && state.has("mean") && state.has("std")) {
      scale("Mul", "std"), scale("Add", "mean");
      name = "predictions";
    }
    if (state.has("tuned_thresholds"))
      at.graph.property("thresholds", json(state.numbers("tuned_thresholds")).dump());
    if (state.has("tuned_temperature"))
      at.graph.property("temperature", json(state.numbers("tuned_temperature").front()).dump());
    at.graph.property("labels", json(model.task->score_names()).dump());
  }
  std::vector<OnnxGraph::Axis> axes{"B", "T", model.classifier->outputs()};
  if (model.classifier->level() == Level::sequence) axes.erase(axes.begin() + 1);
  at.graph.output(values, name, axes);
}

/// The token of each id: a piece may be part of a character, which JSON does not hold.
std::string vocabulary(const Model& model) {
  json pieces = json::array();
  for (Index id = 0; id < model.preprocessing.num_ids(); ++id)
    pieces.push_back(model.preprocessing.token(static_cast<std::int32_t>(id)));
  return pieces.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> notes_of(const Model& model) {
  const DataConfig& data = model.config.data;
  std::vector<std::string> notes;
  if (long_choice.is(data.long_sequences, Long::windows))
    notes.push_back(
        fmt::format("the graph takes at most {} rows: it answers for one window of a longer sequence, "
                    "and whoever runs it takes the mean over windows",
                    data.max_length));
  if (model.input.channels > 0 && !missing_choice.is(data.missing, Missing::error))
    notes.push_back(
        fmt::format("the graph takes no missing values: fill them before, as data.missing = {} does{}",
                    quote(data.missing),
                    data.missing_indicator ? ", and add the channel of data.missing_indicator" : ""));
  return notes;
}

}  // namespace

bool has_onnx() { return true; }

std::vector<std::string> export_onnx(const Model& model, const std::string& path) {
  OnnxGraph graph;
  AttentionPositions positions;
  const OnnxLayer whole{graph, model, positions, "", model.config.model};
  add_outputs(whole, model, encode(whole, model));
  if (!graph.refused().empty())
    throw usage_error(fmt::format(
        "the model has what is not translated to ONNX:\n  {}\n--format safetensors writes the tensors of "
        "every model",
        fmt::join(graph.refused(), "\n  ")));
  graph.property("config", write_config(model.config));
  if (model.input.vocab_size > 0) graph.property("vocabulary", vocabulary(model));
  write_whole_file(path, bytes_of(graph.bytes()));
  return notes_of(model);
}

}  // namespace orochi
