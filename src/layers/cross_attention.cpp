#include <orochi/cross_attention.hpp>

#include "layers/attention.hpp"

namespace orochi {

CrossAttention::CrossAttention(Builder& builder, const std::string& name, Index source_width)
    : options_(head_options(builder)) {
  const Index width = options_.num_heads * options_.head_dim, columns = builder.width();
  query_weight_ = builder.weight(name + ".query.weight", width, columns);
  query_bias_ = builder.vector(name + ".query.bias", width);
  key_value_weight_ = builder.fused({name + ".key.weight", name + ".value.weight"}, width,
                                    source_width > 0 ? source_width : columns, Init::xavier_uniform());
  key_value_bias_ = builder.fused({name + ".key.bias", name + ".value.bias"}, width, 0, Init::zeros());
  output_weight_ = builder.weight(name + ".output.weight", columns, width);
  output_bias_ = builder.vector(name + ".output.bias", columns);
}

Var CrossAttention::forward(Var x, const Batch& batch, Var source, const Batch& sources) const {
  Var query = linear(x, query_weight_, &query_bias_);                   // [N, H D]
  Var key_value = linear(source, key_value_weight_, &key_value_bias_);  // [M, 2 H D]
  Var heads = cross_attention(query, batch, key_value, sources, options_);
  return linear(heads, output_weight_, &output_bias_);
}

}  // namespace orochi
