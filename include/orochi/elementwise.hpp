// Functions of one number.
#pragma once

namespace [[gnu::visibility("default")]] orochi {

enum class Elementwise { identity, relu, gelu, gelu_tanh, silu };

}  // namespace orochi
