// One network from input to head; a classifier has one or several.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <orochi/layer.hpp>
#include <orochi/targets.hpp>

#include "layers/linear_model.hpp"
#include "model/frozen_rows.hpp"

namespace orochi {

/// input -> mask (of rows that a task hides) -> what the pooling needs before (a class token) -> positions ->
/// norm (embedding_norm) -> dropout -> linear (embedding_dim) -> blocks -> norm (when norm_first) -> pooling
/// (of sequences) -> head -> linear model of texts or series beside all this.
class Network {
 public:
  Network(Builder& builder, const ModelConfig& model, OutputShape output, const Layers& layers);
  ~Network();

  /// As Classifier's.
  Var forward(Var rows, const Batch& batch, FrozenRows* frozen) const;
  Var encode(Var rows, const Batch& batch, FrozenRows* frozen) const;

  Index outputs() const { return outputs_; }
  Index block_width(Index block) const { return widths_[static_cast<std::size_t>(block)]; }
  Index num_blocks() const { return static_cast<Index>(blocks_.size()); }
  Index rows_before() const { return rows_before_; }
  double position_bytes(Index longest) const;

 private:
  Rows embed(Var rows, const Batch& batch) const;  // up to the blocks: [N, C]
  Rows through_blocks(Rows x, Index first, Index last) const;
  /// The token embedding's table as the head's weight [K, C].
  static Parameter tied_table(const Builder& builder, Index width);
  void add_linear_model(Builder& builder, const InputShape& input);

  std::unique_ptr<Layer> input_, before_, positions_, embedding_norm_, norm_, pooling_;
  std::vector<std::unique_ptr<Layer>> blocks_;
  std::vector<Index> widths_;  // of the blocks' rows
  Builder::PositionTables position_tables_;
  Parameter projection_weight_, projection_bias_;  // [C, E], [C]
  Parameter mask_;                                 // [1, C] or none: of hidden rows
  Parameter head_weight_, head_bias_;              // [K, C], [K]; none without a head
  std::optional<LinearModel> linear_model_;
  Index outputs_ = 0;
  std::string head_name_ = "head";
  double dropout_;
  std::uint32_t stream_ = 0;
  Level level_;
  Index rows_before_ = 0, rows_added_ = 0;  // of a sequence: by before_, by all layers
};

}  // namespace orochi
