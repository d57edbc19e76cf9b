// In place of half.cpp where the compiler knows no AVX512_BF16, and in double.
#include <orochi/error.hpp>

#include "core/kernels/half.hpp"

namespace orochi::kernels {
namespace {
[[noreturn]] void missing() { throw failure("bf16 products are not part of this build"); }
}  // namespace

bool half_available() { return false; }
void to_half_rows(Index, Index, const Scalar*, Pair*) { missing(); }
void to_half_panels(Index, Index, const Scalar*, Pair*) { missing(); }
void to_half_panel_transposed(Index, Index, const Scalar*, Index, Pair*) { missing(); }
void multiply_half(Index, Index, Index, const Pair*, const Pair*, Scalar*, Index, bool, const Scalar*) {
  missing();
}
void multiply_half_transposed(Index, Index, Index, const Pair*, const Pair*, Scalar*, Index, bool) {
  missing();
}

}  // namespace orochi::kernels
