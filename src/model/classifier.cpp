#include <algorithm>
#include <orochi/classifier.hpp>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/layer_scope.hpp"
#include "layers/embedding.hpp"

namespace orochi {
namespace {

/// Not where attention itself sees to positions, or nothing does.
bool is_layer(const std::string& positions) {
  return positions != "rotary" && positions != "alibi" && positions != "none";
}

}  // namespace

Classifier::Classifier(const Config& config, InputShape input, OutputShape output, const Layers& layers,
                       Index most)
    : parameters_(most), dropout_(config.model.dropout), level_(output.level) {
  const ModelConfig& model = config.model;
  const bool tokens = input.vocab_size > 0, cls = level_ == Level::sequence && model.pooling == "cls";
  if (cls) ++input.max_length;  // its token has a place too
  Builder builder(config, input, layers, parameters_);
  input_ = tokens ? builder.layer("embedding", "token_embedding")
                  : builder.layer("input", "input_projection", input.channels);
  if (cls) class_token_ = std::make_unique<ClassToken>(builder);
  if (is_layer(model.positions)) positions_ = builder.layer("positions", model.positions);
  site_ = builder.random_sites();
  std::vector<std::string> blocks = model.blocks;
  if (blocks.empty()) blocks.assign(static_cast<std::size_t>(model.num_layers), "encoder_layer");
  for (std::size_t i = 0; i < blocks.size(); ++i)
    blocks_.push_back(builder.layer("encoder." + std::to_string(i), blocks[i]));
  if (model.norm_first) norm_ = builder.layer("norm", model.norm);
  if (level_ == Level::sequence) pooling_ = builder.layer("pooling", model.pooling);
  head_weight_ = builder.weight("head.weight", output.count, model.d_model);
  head_bias_ = builder.vector("head.bias", output.count);
  parameters_.allocate();
  places_ = builder.place_tables();
}

Classifier::~Classifier() = default;

double Classifier::place_bytes(Index longest) const {
  double sum = 0;
  for (const auto& [kind, table] : places_) sum += table->bytes(longest + (class_token_ != nullptr ? 1 : 0));
  return sum;
}

Var Classifier::rows(Tape& tape, const Batch& batch, bool needs_grad) {
  Var x = tape.input(batch.num_rows(), batch.channels, needs_grad);
  std::copy(batch.values.begin(), batch.values.end(), x.data());
  return x;
}

Var Classifier::forward(Var rows, const Batch& given) const {
  Batch batch = given;
  Var x = input_->forward(rows, batch);  // [N, C]
  if (class_token_ != nullptr) {
    x = class_token_->forward(x, batch);  // [N + B, C]
    batch = ClassToken::extend(x.tape(), batch);
  }
  if (positions_ != nullptr) x = positions_->forward(x, batch);
  x = dropout(x, dropout_, site_, batch);
  Tape& tape = x.tape();
  for (const std::unique_ptr<Layer>& block : blocks_) {
    const Arena::Mark before = tape.mark();
    const Var y = block->forward(x, batch);  // [N, C]
    x = tape.training() ? y : tape.replace(x, y, before);
  }
  if (norm_ != nullptr) x = norm_->forward(x, batch);
  if (pooling_ != nullptr) x = pooling_->forward(x, batch);  // [B, C]
  const LayerScope scope(tape, head_name_);
  return linear(x, head_weight_, &head_bias_);  // [B, K] or [N, K]
}

}  // namespace orochi
