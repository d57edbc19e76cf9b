#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

/// A sum in double a lane: of a million classes it keeps its digits.
class DoubleLanes {
 public:
  void add(const Block& block) {
    for (Index i = 0; i < lane_count; ++i) lane_[i] += static_cast<double>(block.lane[i]);
  }
  double sum() const {
    double total = 0;
    for (const double lane : lane_) total += lane;
    return total;
  }

 private:
  alignas(64) double lane_[lane_count] = {};
};

/// keep(j, count, block) gets each block of exponentials.
template <class Keep>
ExponentialSum exponential_sum(Index n, const Scalar* x, Keep keep) {
  const Scalar maximum = maximum_of(n, x);
  DoubleLanes sums;
  for_blocks(n, [&](Index j, Index count) {
    Block block = load(count, x + j, minus_infinity);  // as padding, its exponential is 0
    for (Scalar& v : block.lane) v = vexp(v - maximum);
    sums.add(block);
    keep(j, count, block);
  });
  return {maximum, sums.sum()};
}

}  // namespace

ExponentialSum exponentials(Index n, const Scalar* x, Scalar* e) {
  return exponential_sum(n, x, [=](Index j, Index count, const Block& block) { store(count, block, e + j); });
}

ExponentialSum sum_of_exponentials(Index n, const Scalar* x) {
  return exponential_sum(n, x, [](Index, Index, const Block&) {});
}

double sum_below(Index n, const Scalar* x, Scalar maximum, const Scalar* weights) {
  DoubleLanes sums;
  for_blocks(n, [&](Index j, Index count) {
    Block block = load(count, x + j, maximum);
    for (Scalar& v : block.lane) v = maximum - v;
    if (weights != nullptr) {
      const Block weight = load(count, weights + j);
      for (Index i = 0; i < lane_count; ++i) block.lane[i] *= weight.lane[i];
    }
    sums.add(block);
  });
  return sums.sum();
}

void scale_and_shift(Index n, Scalar scale, const Scalar* e, Scalar shift, const Scalar* weights, Scalar* out,
                     bool accumulate) {
  if (weights == nullptr)
    map_elements(
        n, out, accumulate, [=](Scalar v) { return scale * v - shift; }, e);
  else
    map_elements(
        n, out, accumulate, [=](Scalar v, Scalar weight) { return scale * v - shift * weight; }, e, weights);
}

}  // namespace orochi::kernels
