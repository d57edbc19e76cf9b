#include "exchange/onnx_layers.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/as_size.hpp"
#include "exchange/model_numbers.hpp"
#include "layers/embedding.hpp"

namespace orochi {
namespace {

using Value = OnnxGraph::Value;
using Translator = OnnxRows (*)(const OnnxLayer&, const OnnxRows&);

constexpr double least = std::numeric_limits<float>::lowest();  // finite, so that 0 times it is a number

OnnxRows token_embedding(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  if (find_view(at.of, at.full("ngrams")) != nullptr)
    graph.refuse("runs of tokens are hashed ([layer.token_embedding] ngrams): train without ngrams");
  const Value none = graph.integer(0);  // in place of what padding holds
  const auto rows = [&](const char* table, const Value& ids) {
    return graph.node("Gather", {at.parameter(table), graph.node("Where", {x.mask, ids, none})});
  };
  const ParameterView* segments = find_view(at.of, at.full("segment"));
  Value result = rows("weight", x.values);  // [B, T, C]
  if (segments != nullptr && at.of.input.num_texts > 1) {
    const Value given = graph.integer_input("segments", {"B", "T"});
    const Value last = graph.integer(segments->shape.front() - 1);
    result = graph.node("Add", {result, rows("segment", graph.node("Min", {given, last}))});
  } else if (segments != nullptr) {
    result = graph.node("Add", {result, graph.node("Gather", {at.parameter("segment"), none})});
  }
  return x.with(result);
}

OnnxRows learned(const OnnxLayer& at, const OnnxRows& x) {
  const Value rows = at.graph.node("Gather", {at.parameter("weight"), x.positions});  // [T, C]
  return x.with(at.graph.node("Add", {x.values, rows}));
}

OnnxRows sinusoidal(const OnnxLayer& at, const OnnxRows& x) {
  std::vector<float> table(as_size(x.longest * x.columns));  // [T, C]
  make_sinusoids(0, x.longest, x.columns, table.data());
  return x.with(at.graph.node("Add", {x.values, at.table(table, x)}));
}

OnnxRows rotary(const OnnxLayer& at, const OnnxRows& x) { return at.positions.rotary = true, x; }
OnnxRows alibi(const OnnxLayer& at, const OnnxRows& x) { return at.positions.alibi = true, x; }
OnnxRows same(const OnnxLayer&, const OnnxRows& x) { return x; }

OnnxRows layer_norm(const OnnxLayer& at, const OnnxRows& x) {
  return x.with(at.graph.node("LayerNormalization", {x.values, at.parameter("weight"), at.parameter("bias")},
                              {{"epsilon", static_cast<float>(at.model.layer_norm_eps)}}));
}

OnnxRows rms_norm(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Value squares = graph.node("ReduceMean", {graph.node("Mul", {x.values, x.values})},
                                   {{"axes", std::vector<std::int64_t>{-1}}});  // [B, T, 1]
  const Value root =
      graph.node("Sqrt", {graph.node("Add", {squares, graph.number(at.model.layer_norm_eps)})});
  return x.with(graph.node("Mul", {graph.node("Div", {x.values, root}), at.parameter("weight")}));
}

OnnxRows linear(const OnnxLayer& at, const OnnxRows& x) { return x.with(at.linear("", x.values)); }
OnnxRows relu(const OnnxLayer& at, const OnnxRows& x) { return x.with(at.graph.node("Relu", {x.values})); }
OnnxRows tanh(const OnnxLayer& at, const OnnxRows& x) { return x.with(at.graph.node("Tanh", {x.values})); }
OnnxRows silu(const OnnxLayer& at, const OnnxRows& x) {
  return x.with(at.graph.node("Mul", {x.values, at.graph.node("Sigmoid", {x.values})}));
}

/// x (1 + f) / 2
OnnxRows half_of(const OnnxLayer& at, const OnnxRows& x, const Value& f) {
  const Value half = at.graph.node("Mul", {x.values, at.graph.number(0.5)});
  return x.with(at.graph.node("Mul", {half, at.graph.node("Add", {f, at.graph.number(1)})}));
}

OnnxRows gelu(const OnnxLayer& at, const OnnxRows& x) {
  const Value scaled = at.graph.node("Mul", {x.values, at.graph.number(std::sqrt(0.5))});
  return half_of(at, x, at.graph.node("Erf", {scaled}));
}

/// tanh(sqrt(2 / pi) (x + 0.044715 x^3)) in place of erf (Hendrycks & Gimpel 2016).
OnnxRows gelu_tanh(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Value cubes = graph.node("Mul", {graph.node("Mul", {x.values, x.values}), x.values});
  const Value sum = graph.node("Add", {x.values, graph.node("Mul", {cubes, graph.number(0.044715)})});
  const Value scaled = graph.node("Mul", {sum, graph.number(std::sqrt(2 / std::acos(-1.0)))});
  return half_of(at, x, graph.node("Tanh", {scaled}));
}

OnnxRows feed_forward(const OnnxLayer& at, const OnnxRows& x) {
  const OnnxRows hidden = x.with(at.linear("linear1", x.values));  // [B, T, F]
  return x.with(at.linear("linear2", at.child("activation", at.model.activation, hidden).values));
}

OnnxRows encoder_layer(const OnnxLayer& at, const OnnxRows& x) {
  const auto residual = [&](const OnnxRows& rows, const char* norm, const char* layer,
                            const std::string& registered) {
    const auto normed = [&](const OnnxRows& of) { return at.child(norm, at.model.norm, of); };
    const OnnxRows in = at.model.norm_first ? normed(rows) : rows;
    const OnnxRows sum =
        rows.with(at.graph.node("Add", {rows.values, at.child(layer, registered, in).values}));
    return at.model.norm_first ? sum : normed(sum);
  };
  const OnnxRows attended = residual(x, "norm1", "attention", at.model.attention);
  return residual(attended, "norm2", "feed_forward", at.model.feed_forward);
}

OnnxRows class_token(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Value sequences = graph.node("Shape", {x.values}, {{"end", 1}});  // [1]: B
  const Value shape = graph.node("Concat", {sequences, graph.integers({1, x.columns})}, {{"axis", 0}});
  const Value rows = graph.node("Expand", {at.parameter(""), shape});  // [B, 1, C]
  return onnx_rows(graph, graph.node("Concat", {rows, x.values}, {{"axis", 1}}),
                   graph.node("Add", {x.lengths, graph.integer(1)}), x.columns, x.longest + 1);
}

/// Where a row is padding, `other` in its place.
Value masked(const OnnxLayer& at, const OnnxRows& x, double other) {
  const Value mask = at.graph.node("Unsqueeze", {x.mask, at.graph.integers({2})});  // [B, T, 1]
  return at.graph.node("Where", {mask, x.values, at.graph.number(other)});
}

/// Rows with their neighbors: a convolution, whose weight is there as [C, size channels].
OnnxRows input_projection(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Index channels = at.of.input.channels, out = find_view(at.of, at.full("weight"))->shape[0],
              size = find_view(at.of, at.full("weight"))->shape[1] / channels;
  if (size == 1) return x.with(at.linear("", x.values));
  const std::vector<std::int64_t> swap{0, 2, 1};
  const Value weight = graph.node("Reshape", {at.parameter("weight"), graph.integers({out, size, channels})});
  const Value kernel = graph.node("Transpose", {weight}, {{"perm", swap}});            // [C, channels, size]
  const Value series = graph.node("Transpose", {masked(at, x, 0)}, {{"perm", swap}});  // [B, channels, T]
  const Value sums = graph.node("Conv", {series, kernel, at.parameter("bias")},
                                {{"pads", std::vector<std::int64_t>{size / 2, size / 2}}});  // [B, C, T]
  return x.with(graph.node("Transpose", {sums}, {{"perm", swap}}));
}

OnnxRows first(const OnnxLayer& at, const OnnxRows& x) {
  return x.with(at.graph.node("Gather", {x.values, at.graph.integer(0)}, {{"axis", 1}}));
}

OnnxRows pooler(const OnnxLayer& at, const OnnxRows& x) {
  const auto given = at.of.config.layer.find("pooler");
  const Settings settings("pooler", at.of.extensions.layers.find("pooler")->options,
                          given == at.of.config.layer.end() ? Options() : given->second);
  return at.child("activation", settings.word("activation"), x.with(at.linear("", first(at, x).values)));
}

OnnxRows mean(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Value sums =
      graph.node("ReduceSum", {masked(at, x, 0), graph.integers({1})}, {{"keepdims", 0}});  // [B, C]
  const Value lengths = graph.node("Cast", {x.lengths}, {{"to", 1}});
  return x.with(graph.node("Div", {sums, graph.node("Unsqueeze", {lengths, graph.integers({1})})}));
}

OnnxRows max(const OnnxLayer& at, const OnnxRows& x) {
  const Value rows = masked(at, x, least);
  return x.with(
      at.graph.node("ReduceMax", {rows}, {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", 0}}));
}

OnnxRows attention_pooling(const OnnxLayer& at, const OnnxRows& x) {
  OnnxGraph& graph = at.graph;
  const Value products = graph.node("MatMul", {x.values, at.parameter("query")});  // [B, T]
  const Value scores =
      graph.node("Mul", {products, graph.number(1 / std::sqrt(static_cast<double>(x.columns)))});
  const Value weights = masked_softmax(graph, x.mask, scores);
  const Value row = graph.node("Unsqueeze", {weights, graph.integers({1})});  // [B, 1, T]
  return x.with(graph.node("Squeeze", {graph.node("MatMul", {row, x.values}), graph.integers({1})}));
}

/// By the names of builtin_layers.
constexpr std::pair<const char*, Translator> translators[]{{"token_embedding", token_embedding},
                                                           {"input_projection", input_projection},
                                                           {"learned", learned},
                                                           {"sinusoidal", sinusoidal},
                                                           {"rotary", rotary},
                                                           {"alibi", alibi},
                                                           {"none", same},
                                                           {"layer_norm", layer_norm},
                                                           {"rms_norm", rms_norm},
                                                           {"linear", linear},
                                                           {"relu", relu},
                                                           {"gelu", gelu},
                                                           {"gelu_tanh", gelu_tanh},
                                                           {"silu", silu},
                                                           {"tanh", tanh},
                                                           {"multi_head_attention", translate_attention},
                                                           {"feed_forward", feed_forward},
                                                           {"encoder_layer", encoder_layer},
                                                           {"class_token", class_token},
                                                           {"cls", first},
                                                           {"first", first},
                                                           {"pooler", pooler},
                                                           {"mean", mean},
                                                           {"max", max},
                                                           {"attention", attention_pooling}};

}  // namespace

std::string OnnxLayer::full(const std::string& suffix) const {
  return name.empty() || suffix.empty() ? name + suffix : name + "." + suffix;
}

Value OnnxLayer::parameter(const std::string& suffix) const {
  const ParameterView* view = find_view(of, full(suffix));
  if (view == nullptr) throw failure("[onnx] the model has no " + full(suffix));
  return graph.tensor(view->shape, numbers_of(of, *view), view->name);
}

Value OnnxLayer::linear(const std::string& suffix, const Value& x) const {
  const std::string prefix = suffix.empty() ? "" : suffix + ".";
  const Value weight = graph.node("Transpose", {parameter(prefix + "weight")});  // [in, out]
  return graph.node("Add", {graph.node("MatMul", {x, weight}), parameter(prefix + "bias")});
}

Value OnnxLayer::table(std::span<const float> numbers, const OnnxRows& x) const {
  const Value all = graph.tensor({x.longest, std::ssize(numbers) / x.longest}, numbers);
  return graph.node("Gather", {all, x.positions});
}

OnnxRows OnnxLayer::child(const std::string& suffix, const std::string& registered, const OnnxRows& x) const {
  return translate({graph, of, positions, full(suffix), model}, registered, x);
}

OnnxRows onnx_rows(OnnxGraph& graph, const Value& values, const Value& lengths, Index columns,
                   Index longest) {
  const Value zero = graph.integer(0), one = graph.integer(1);
  const Value count = graph.node("Gather", {graph.node("Shape", {values}), one});  // T
  const Value positions = graph.node("Range", {zero, count, one});
  const Value each = graph.node("Unsqueeze", {lengths, graph.integers({1})});  // [B, 1]
  return {values, lengths, positions, graph.node("Less", {positions, each}), columns, longest};
}

OnnxRows translate(const OnnxLayer& place, const std::string& registered, const OnnxRows& x) {
  std::vector<std::string> names;
  for (const auto& [name, translator] : translators) {
    if (registered == name) return translator(place, x);
    names.push_back(name);
  }
  place.graph.refuse(fmt::format("layers of type \"{}\" have no translation; there is one of {}", registered,
                                 fmt::join(names, ", ")));
  return x;
}

Value masked_softmax(OnnxGraph& graph, const Value& mask, const Value& scores) {
  return graph.node("Softmax", {graph.node("Where", {mask, scores, graph.number(least)})}, {{"axis", -1}});
}

}  // namespace orochi
