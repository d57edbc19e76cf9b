#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

constexpr Index rows_at_once = 8;  // whose part of the weight's gradient is summed in registers

/// The mean as two numbers: the one that a sum in Scalar gives, and by how much that is off. x - centre has
/// no rounding error to speak of where the mean is large, so this is exact however large it is.
struct Mean {
  Scalar centre, rest;
  Scalar difference(Scalar x) const { return (x - centre) - rest; }
};

/// What a row's gradient dx = rstd (dy w - a - xhat b), xhat = (x - mean) rstd, is made of.
struct RowSlope {
  Mean mean;
  Scalar rstd, a, b;
};

/// dx (+)= the gradient of m rows, at most rows_at_once; dweight += dy xhat; dbias += dy, if there is one;
/// `lost` [1 or 2, N] is what their sums' rounding took away.
void rows_backward(Index m, Index n, const RowSlope* slopes, const Scalar* x, const Scalar* weight,
                   const Scalar* dy, Scalar* dx, bool accumulate, Scalar* dweight, Scalar* dbias,
                   Scalar* lost) {
  for_blocks(n, [=](Index j, Index count) {
    const Block w = load(count, weight + j);
    Lanes dw(0), db(0);
    for (Index r = 0; r < m; ++r) {
      const RowSlope s = slopes[r];
      const Block v = load(count, x + r * n + j), d = load(count, dy + r * n + j);
      Block slope, centred, product;
      for (Index i = 0; i < lane_count; ++i) centred.lane[i] = s.mean.difference(v.lane[i]) * s.rstd;
      for (Index i = 0; i < lane_count; ++i) product.lane[i] = d.lane[i] * centred.lane[i];
      dw.add(product);
      db.add(d);
      for (Index i = 0; i < lane_count; ++i)
        slope.lane[i] = s.rstd * (d.lane[i] * w.lane[i] - s.a - centred.lane[i] * s.b);
      if (accumulate) {
        const Block before = load(count, dx + r * n + j);
        for (Index i = 0; i < lane_count; ++i) slope.lane[i] += before.lane[i];
      }
      store(count, slope, dx + r * n + j);
    }
    add_compensated(count, dw.block(), dweight + j, lost + j);
    if (dbias != nullptr) add_compensated(count, db.block(), dbias + j, lost + n + j);
  });
}

}  // namespace

void layer_norm(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar eps,
                Scalar* y, Scalar* mean, Scalar* rstd) {
  const auto width = static_cast<Scalar>(n);
  const Scalar share = Scalar(1) / width;
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = x + r * n;
    const Scalar centre = share * sum_of(
                                      n, [](Scalar v) { return v; }, row);
    const Sums sums = two_sums_of_blocks(n, [=](Index j, Index count, Block& off, Block& square) {
      const Block v = load(count, row + j);
      for (Index i = 0; i < lane_count; ++i) off.lane[i] = v.lane[i] - centre;
      for (Index i = 0; i < lane_count; ++i) square.lane[i] = off.lane[i] * off.lane[i];
    });
    // Divisions, not products with a share: in a row of equal numbers they leave no rounding error.
    const Mean at{centre, sums.first / width};
    const Scalar variance = sums.second / width - at.rest * at.rest;
    const Scalar scale = Scalar(1) / std::sqrt((variance < 0 ? Scalar(0) : variance) + eps);
    const auto value = [=](Scalar v, Scalar w, Scalar b) { return at.difference(v) * scale * w + b; };
    map_elements(n, y + r * n, value, row, weight, bias);
    mean[2 * r] = at.centre;
    mean[2 * r + 1] = at.rest;
    rstd[r] = scale;
  }
}

void layer_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* mean,
                         const Scalar* rstd, const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                         bool accumulate_weight, Scalar* dbias, bool accumulate_bias, Scalar* lost) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  if (!accumulate_weight) std::fill_n(dweight, n, Scalar(0));
  if (!accumulate_bias) std::fill_n(dbias, n, Scalar(0));
  std::fill_n(lost, 2 * n, Scalar(0));
  RowSlope slopes[rows_at_once];
  for (Index first = 0; first < m; first += rows_at_once) {
    const Index rows = std::min(rows_at_once, m - first);
    for (Index r = 0; r < rows; ++r) {
      const Index row = first + r;
      const Mean at{mean[2 * row], mean[2 * row + 1]};
      const Scalar scale = rstd[row];
      const Sums sums = two_sums_of_blocks(n, [=](Index j, Index count, Block& product, Block& moment) {
        const Block v = load(count, x + row * n + j), w = load(count, weight + j),
                    d = load(count, dy + row * n + j);
        for (Index i = 0; i < lane_count; ++i) product.lane[i] = d.lane[i] * w.lane[i];
        for (Index i = 0; i < lane_count; ++i)
          moment.lane[i] = product.lane[i] * (at.difference(v.lane[i]) * scale);
      });
      slopes[r] = {at, scale, share * sums.first, share * sums.second};
    }
    rows_backward(rows, n, slopes, x + first * n, weight, dy + first * n, dx + first * n, accumulate_x,
                  dweight, dbias, lost);
  }
}

void rms_norm(Index m, Index n, const Scalar* x, const Scalar* weight, Scalar eps, Scalar* y, Scalar* rrms) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = x + r * n;
    const Scalar square = share * sum_of(
                                      n, [](Scalar v) { return v * v; }, row);
    const Scalar scale = Scalar(1) / std::sqrt(square + eps);
    map_elements(
        n, y + r * n, [=](Scalar v, Scalar w) { return v * scale * w; }, row, weight);
    rrms[r] = scale;
  }
}

void rms_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* rrms,
                       const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                       bool accumulate_weight, Scalar* lost) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  if (!accumulate_weight) std::fill_n(dweight, n, Scalar(0));
  std::fill_n(lost, n, Scalar(0));
  RowSlope slopes[rows_at_once];
  for (Index first = 0; first < m; first += rows_at_once) {
    const Index rows = std::min(rows_at_once, m - first), at = first * n;
    for (Index r = 0; r < rows; ++r) {
      const Scalar scale = rrms[first + r];
      const auto product = [=](Scalar v, Scalar w, Scalar g) { return g * w * (v * scale); };
      slopes[r] = {{0, 0}, scale, 0, share * sum_of(n, product, x + at + r * n, weight, dy + at + r * n)};
    }
    rows_backward(rows, n, slopes, x + at, weight, dy + at, dx + at, accumulate_x, dweight, nullptr, lost);
  }
}

}  // namespace orochi::kernels
