// Orochi's layers as operators of ONNX. Rows are padded there: [B, T, C], with a mask of those that count.
#pragma once

#include <string>
#include <utility>

#include <orochi/model.hpp>

#include "exchange/onnx_graph.hpp"

namespace orochi {

/// What goes from layer to layer.
struct OnnxRows {
  OnnxRows with(OnnxGraph::Value others) const {
    OnnxRows result = *this;
    result.values = std::move(others);
    return result;
  }

  OnnxGraph::Value values;     // [B, T, C]; of a pooling [B, C]
  OnnxGraph::Value lengths;    // [B]
  OnnxGraph::Value positions;  // [T]: 0, 1, ...
  OnnxGraph::Value mask;       // [B, T]: whether a row is one of its sequence
  Index columns = 0;           // C
  Index longest = 0;           // T, at most
};

/// A layer at its place in the model.
struct OnnxLayer {
  using Value = OnnxGraph::Value;

  std::string full(const std::string& suffix) const;  // this layer's name, a dot, the suffix
  Value parameter(const std::string& suffix) const;
  Value linear(const std::string& suffix, const Value& x) const;  // x W^T + b
  /// The rows of x's positions: of numbers [longest, n] the first ones, [T, n].
  Value table(std::span<const float> numbers, const OnnxRows& x) const;
  OnnxRows child(const std::string& suffix, const std::string& registered, const OnnxRows& x) const;

  OnnxGraph& graph;
  const Model& of;
  AttentionPositions& positions;  // what a positions layer leaves to attention
  std::string name;               // encoder.0.attention
  const ModelConfig& model;       // what the layer sees
};

/// The rows of [B, T, C] or [B, T] of a length each.
OnnxRows onnx_rows(OnnxGraph& graph, const OnnxGraph::Value& values, const OnnxGraph::Value& lengths,
                   Index columns, Index longest);

/// The registered layer at `place`. A usage_error names the layer where it has no translation.
OnnxRows translate(const OnnxLayer& place, const std::string& registered, const OnnxRows& x);

/// Softmax of scores [..., T] over those that the mask shows. Where it shows none, which happens to rows of
/// padding, the result is finite, too.
OnnxGraph::Value masked_softmax(OnnxGraph& graph, const OnnxGraph::Value& mask,
                                const OnnxGraph::Value& scores);

OnnxRows translate_attention(const OnnxLayer& place, const OnnxRows& x);

}  // namespace orochi
