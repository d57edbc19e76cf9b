// Self-attention as operators of ONNX: [B, T, C] -> [B, T, C].
#include <cmath>

#include "core/as_size.hpp"
#include "core/kernels/rotary.hpp"
#include "exchange/onnx_layers.hpp"
#include "layers/attention_heads.hpp"

namespace orochi {
namespace {

using Value = OnnxGraph::Value;

/// Of rows [B, T, H D] those of each head: [B, H, T, D] or, of keys, [B, H, D, T].
Value heads_of(const OnnxLayer& place, const Value& rows, Index d, const std::vector<std::int64_t>& order) {
  const Value heads =
      place.graph.node("Reshape", {rows, place.graph.integers({0, 0, place.model.num_heads, d})});
  return place.graph.node("Transpose", {heads}, {{"perm", order}});
}

/// Rotary positions: [B, T, H D] turned by the tables of the kernels, where neighboring columns are pairs.
Value turned(const OnnxLayer& place, const OnnxRows& x, const Value& rows, Index d) {
  const Index h = place.model.num_heads;
  std::vector<float> table(as_size(kernels::rotary_size(x.longest, d)));  // [T, 2, period]
  kernels::rotary_table(0, x.longest, d, table.data());
  std::vector<float> cosines, sines;  // [T, H D]
  const Index period = std::ssize(table) / x.longest / 2;
  for (auto row = table.begin(); row != table.end(); row += 2 * period)
    for (Index i = 0; i < h; ++i) {
      cosines.insert(cosines.end(), row, row + d);
      sines.insert(sines.end(), row + period, row + period + d);
    }
  std::vector<std::int64_t> partners;  // 1, 0, 3, 2, ...
  for (Index i = 0; i < h * d; ++i) partners.push_back(i % 2 == 0 ? i + 1 : i - 1);
  OnnxGraph& graph = place.graph;
  const Value others = graph.node("Gather", {rows, graph.integers(partners)}, {{"axis", 2}});
  return graph.node("Add", {graph.node("Mul", {rows, place.table(cosines, x)}),
                            graph.node("Mul", {others, place.table(sines, x)})});
}

/// How far each row is behind each other one: [T, T].
Value distances(OnnxGraph& graph, const OnnxRows& x) {
  return graph.node("Sub", {graph.node("Unsqueeze", {x.positions, graph.integers({1})}), x.positions});
}

/// Scores less what falls with distance, in each head at another rate: [B, H, T, T].
Value with_alibi(const OnnxLayer& place, const OnnxRows& x, const Value& scores) {
  std::vector<float> slopes;  // [H]
  for (Index h = 0; h < place.model.num_heads; ++h)
    slopes.push_back(static_cast<float>(alibi_slope(h, place.model.num_heads)));
  OnnxGraph& graph = place.graph;
  const Value distance = graph.node("Cast", {graph.node("Abs", {distances(graph, x)})}, {{"to", 1}});
  const Value slope = graph.tensor({std::ssize(slopes), 1, 1}, slopes);
  return graph.node("Sub", {scores, graph.node("Mul", {slope, distance})});
}

/// Which rows each row attends to: [B, 1, 1, T] or [B, 1, T, T].
Value seen(const OnnxLayer& place, const OnnxRows& x) {
  OnnxGraph& graph = place.graph;
  Value result = graph.node("Unsqueeze", {x.mask, graph.integers({1, 2})});
  const auto only = [&](const char* operation, const Value& distance, Index number) {
    const Value allowed = graph.node(operation, {distance, graph.integer(number)});
    result = graph.node("And", {result, allowed});
  };
  if (place.model.causal) only("GreaterOrEqual", distances(graph, x), 0);
  if (place.model.window > 0)
    only("LessOrEqual", graph.node("Abs", {distances(graph, x)}), place.model.window);
  return result;
}

}  // namespace

OnnxRows translate_attention(const OnnxLayer& place, const OnnxRows& x) {
  OnnxGraph& graph = place.graph;
  const Index d = place.model.head_dim > 0 ? place.model.head_dim : x.columns / place.model.num_heads;
  Value query = place.linear("query", x.values), key = place.linear("key", x.values);  // [B, T, H D]
  if (place.positions.rotary) query = turned(place, x, query, d), key = turned(place, x, key, d);
  query = heads_of(place, query, d, {0, 2, 1, 3});
  const Value value = heads_of(place, place.linear("value", x.values), d, {0, 2, 1, 3});
  const Value products = graph.node("MatMul", {query, heads_of(place, key, d, {0, 2, 3, 1})});
  Value scores = graph.node("Mul", {products, graph.number(1 / std::sqrt(static_cast<double>(d)))});
  if (place.positions.alibi) scores = with_alibi(place, x, scores);
  const Value weights = masked_softmax(graph, seen(place, x), scores);
  const Value heads = graph.node("Transpose", {graph.node("MatMul", {weights, value})},
                                 {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
  const Value joined =
      graph.node("Reshape", {heads, graph.integers({0, 0, place.model.num_heads * d})});  // [B, T, H D]
  return x.with(place.linear("output", joined));
}

}  // namespace orochi
