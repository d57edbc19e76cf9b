#pragma once

#include <orochi/run.hpp>

void add_token_shift(orochi::Layers& layers);
void add_gated_block(orochi::Layers& layers);
void add_linear_attention(orochi::Layers& layers);

inline void add_my_layers(orochi::Layers& layers) {
  add_token_shift(layers);
  add_gated_block(layers);
  add_linear_attention(layers);
}
