#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

void softmax_row(Index n, Scalar* x, Scalar scale) {
  const Scalar maximum = maximum_of(n, x);
  const auto exponentials = [=](Index j, Index count) {
    Block block = load(count, x + j, minus_infinity);  // as padding it becomes exactly 0
    for (Scalar& v : block.lane) v = vexp(scale * (v - maximum));
    store(count, block, x + j);
    return block;
  };
  const Scalar factor = Scalar(1) / sum_of_blocks(n, exponentials);
  map_elements(
      n, x, [=](Scalar v) { return v * factor; }, x);
}

}  // namespace

void softmax_rows(Index m, Index n, Scalar* x, Index ld, Scalar scale, bool causal, Index first_row) {
  for (Index r = 0; r < m; ++r) {
    const Index visible = causal ? std::min(first_row + r + 1, n) : n;
    softmax_row(visible, x + r * ld, scale);
    std::fill_n(x + r * ld + visible, n - visible, Scalar(0));
  }
}

void softmax_rows_backward(Index m, Index n, const Scalar* p, Scalar* dp, Index ld, Scalar scale) {
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = p + r * ld;
    Scalar* d = dp + r * ld;
    const Scalar mean = sum_of(
        n, [](Scalar a, Scalar b) { return a * b; }, row, d);
    map_elements(
        n, d, [=](Scalar a, Scalar b) { return scale * a * (b - mean); }, row, d);
  }
}

}  // namespace orochi::kernels
