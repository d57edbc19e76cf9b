#pragma once

#include <orochi/run.hpp>

void add_token_shift(orochi::Registry& layers);
void add_gated_block(orochi::Registry& layers);

inline void add_my_layers(orochi::Registry& layers) {
  add_token_shift(layers);
  add_gated_block(layers);
}
