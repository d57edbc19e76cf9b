// In place of bf16.cpp where the compiler knows no AVX512_BF16, and in double.
#include <orochi/error.hpp>

#include "core/kernels/bf16.hpp"

namespace orochi::kernels {
namespace {
[[noreturn]] void missing() { throw failure("bf16 products are not part of this build"); }
}  // namespace

bool bf16_available() { return false; }
void to_bf16_rows(Index, Index, const Scalar*, Pair*) { missing(); }
void to_bf16_panels(Index, Index, const Scalar*, Pair*) { missing(); }
void to_bf16_panel_transposed(Index, Index, const Scalar*, Index, Pair*) { missing(); }
void multiply_bf16(Index, Index, Index, const Pair*, const Pair*, Scalar*, Index, bool, const Scalar*) {
  missing();
}
void multiply_bf16_transposed(Index, Index, Index, const Pair*, const Pair*, Scalar*, Index, bool) {
  missing();
}

}  // namespace orochi::kernels
