#include "model/network.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/layer_scope.hpp"
#include "io/config_keys.hpp"
#include "layers/embedding.hpp"

namespace orochi {
namespace {

/// What a block's table says of keys of [model]: a layer's own option of that name comes first. Any other
/// name is a usage_error.
Options without_own_options(const Component& block, const Layers& layers) {
  Options options = block.options;
  const LayerEntry* entry = layers.find(block.type);
  if (entry == nullptr) return options;  // an error of its own
  for (const Option& own : entry->options) options.erase(own.name);
  const std::vector<std::string> allowed = keys_of_blocks();
  for (const auto& [name, value] : options)
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw usage_error(
          fmt::format("a block of type \"{}\" has no option \"{}\"; keys of [model] for one block: {}",
                      block.type, name, fmt::join(allowed, ", ")));
  return options;
}

}  // namespace

Network::Network(Builder& builder, const ModelConfig& model, OutputShape output, const Layers& layers)
    : dropout_(model.dropout), level_(output.level) {
  const InputShape input = builder.input();
  const bool tokens = input.vocab_size > 0;
  const LayerEntry* pooling = level_ == Level::sequence ? layers.find(model.pooling) : nullptr;
  // Each layer is as wide as the rows that the one before it returns.
  Index width = input.channels;
  const auto add = [&](const std::string& name, const std::string& registered) {
    std::unique_ptr<Layer> layer = builder.layer(name, registered, width);
    width = builder.child_width();
    return layer;
  };
  input_ = tokens ? add("embedding", "token_embedding") : add("input", "input_projection");
  if (output.hides_rows)
    mask_ = builder.embedding("mask.weight", 1, width, Init::normal(embedding_scale(width)), Use::table);
  if (pooling != nullptr && !pooling->before.empty()) before_ = add(pooling->before, pooling->before);
  rows_before_ = builder.input().max_length - input.max_length;
  positions_ = add("positions", model.positions);
  if (model.embedding_norm) embedding_norm_ = add("embedding_norm", model.norm);
  stream_ = builder.random_streams();
  if (model.embedding_dim > 0) {
    projection_weight_ = builder.weight("embedding_projection.weight", model.d_model, width);
    projection_bias_ = builder.vector("embedding_projection.bias", model.d_model);
    width = model.d_model;
  }
  std::vector<Component> blocks = model.block;
  if (blocks.empty()) blocks.assign(static_cast<std::size_t>(model.num_layers), {"encoder_layer"});
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks_.push_back(builder.layer("encoder." + std::to_string(i), blocks[i],
                                    block_model(model, without_own_options(blocks[i], layers)), width));
    width = builder.child_width();
    widths_.push_back(builder.input().max_length == input.max_length ? width : 0);
  }
  if (model.norm_first) norm_ = add("norm", model.norm);
  if (level_ == Level::sequence) pooling_ = add("pooling", model.pooling);
  outputs_ = width;
  if (output.count > 0) {
    outputs_ = output.count;
    head_weight_ =
        output.ties_head ? tied_table(builder, width) : builder.weight("head.weight", output.count, width);
    head_bias_ = builder.vector("head.bias", output.count);
    if (input.text_features > 0 || input.series_features > 0) add_linear_model(builder, input);
  }
  position_tables_ = builder.position_tables();
  rows_added_ = builder.input().max_length - input.max_length;
}

Parameter Network::tied_table(const Builder& builder, Index width) {
  const Parameter table = builder.find("embedding.weight");
  if (table.id >= 0 && table.cols != width)
    throw usage_error(fmt::format(
        "[model] the task's outputs are products with the token embedding, whose rows have {} columns, but "
        "the layers make rows of {}; expected as many: leave model.embedding_dim out",
        table.cols, width));
  return table;
}

void Network::add_linear_model(Builder& builder, const InputShape& input) {
  if (level_ == Level::row) {
    const std::string key = input.text_features > 0 ? "data.text_features" : "data.series_features";
    throw OptionError(key, key +
                               " is for tasks with one answer a sequence, but this one has one for each row; "
                               "leave it out");
  }
  linear_model_.emplace(builder, input, outputs_);
}

Network::~Network() = default;

double Network::position_bytes(Index longest) const {
  double sum = 0;
  for (const auto& [kind, table] : position_tables_) sum += table->bytes(longest + rows_added_);
  return sum;
}

Var Network::forward(Var rows, const Batch& batch, FrozenRows* frozen) const {
  Var x = encode(rows, batch, frozen);              // [B, C] or [N, C]
  if (batch.asks_rows()) x = asked_rows(x, batch);  // [M, C]
  if (head_weight_.id < 0) return x;
  const LayerScope scope(x.tape(), head_name_);
  x = linear(x, head_weight_, &head_bias_);  // [B, K], [N, K] or [M, K]
  return linear_model_ ? linear_model_->add_to(x, batch) : x;
}

Rows Network::embed(Var rows, const Batch& batch) const {
  Rows x = input_->forward({rows, batch});  // [N, C]
  if (!batch.hidden.empty()) x.values = hide_rows(x.values, mask_, batch);
  if (before_ != nullptr) x = before_->forward(x);
  x = positions_->forward(x);
  if (embedding_norm_ != nullptr) x = embedding_norm_->forward(x);
  x.values = dropout(x.values, dropout_, stream_, x.batch);
  if (projection_weight_.id >= 0) x.values = linear(x.values, projection_weight_, &projection_bias_);
  return x;
}

Rows Network::through_blocks(Rows x, Index first, Index last) const {
  Tape& tape = x.tape();
  for (Index i = first; i < last; ++i) {
    const Arena::Mark before = tape.mark();
    const Rows y = blocks_[as_size(i)]->forward(x);  // [N, C]
    const bool same_shape =
        y.batch.offsets.data() == x.batch.offsets.data() && y.values.cols() == x.values.cols();
    x = tape.training() || !same_shape ? y : x.with(tape.replace(x.values, y.values, before));
  }
  return x;
}

Var Network::encode(Var rows, const Batch& batch, FrozenRows* frozen) const {
  if (batch.has_windows())
    throw failure(
        "[model] a sequence is longer than the batch's window of " + std::to_string(batch.window) +
        " rows; ask by Inference or Model::predict, which average over windows, or cut them by cut_windows");
  const bool has = frozen != nullptr && frozen->has(batch);
  const Index first = frozen == nullptr ? 0 : frozen->blocks();
  Rows x = has ? Rows{frozen->take(rows.tape(), batch), batch} : through_blocks(embed(rows, batch), 0, first);
  if (frozen != nullptr && !has) frozen->keep(x, batch);
  x = through_blocks(x, first, num_blocks());
  if (norm_ != nullptr) x = norm_->forward(x);
  if (pooling_ != nullptr) x = pooling_->forward(x);  // [B, C]
  if (level_ == Level::row && x.batch.num_rows() != batch.num_rows())
    throw usage_error("the task has a target for each of " + std::to_string(batch.num_rows()) +
                      " rows, but the layers of [model] make " + std::to_string(x.batch.num_rows()) +
                      " of them");
  return x.values;
}

}  // namespace orochi
