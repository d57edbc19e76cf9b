#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

constexpr Index rows_at_once = 8;  // whose part of the weight's gradient is summed in registers

/// What a row's gradient dx = rstd (dy w - a - xhat b), xhat = (x - mean) rstd, is made of.
struct RowSlope {
  Scalar mean, rstd, a, b;
};

/// dx (+)= the gradient of m rows, at most rows_at_once; dweight += dy xhat; dbias += dy, if there is one.
void rows_backward(Index m, Index n, const RowSlope* slopes, const Scalar* x, const Scalar* weight,
                   const Scalar* dy, Scalar* dx, bool accumulate, Scalar* dweight, Scalar* dbias) {
  for_blocks(n, [=](Index j, Index count) {
    const Block w = load(count, weight + j);
    Block dw = load(count, dweight + j), db{};
    for (Index r = 0; r < m; ++r) {
      const RowSlope s = slopes[r];
      const Block v = load(count, x + r * n + j), d = load(count, dy + r * n + j);
      Block slope, centred;
      for (Index i = 0; i < lane_count; ++i) centred.lane[i] = (v.lane[i] - s.mean) * s.rstd;
      for (Index i = 0; i < lane_count; ++i) dw.lane[i] += d.lane[i] * centred.lane[i];
      for (Index i = 0; i < lane_count; ++i) db.lane[i] += d.lane[i];
      for (Index i = 0; i < lane_count; ++i)
        slope.lane[i] = s.rstd * (d.lane[i] * w.lane[i] - s.a - centred.lane[i] * s.b);
      if (accumulate) {
        const Block before = load(count, dx + r * n + j);
        for (Index i = 0; i < lane_count; ++i) slope.lane[i] += before.lane[i];
      }
      store(count, slope, dx + r * n + j);
    }
    store(count, dw, dweight + j);
    if (dbias != nullptr) {
      const Block before = load(count, dbias + j);
      for (Index i = 0; i < lane_count; ++i) db.lane[i] += before.lane[i];
      store(count, db, dbias + j);
    }
  });
}

}  // namespace

void layer_norm(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar eps,
                Scalar* y, Scalar* mean, Scalar* rstd) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = x + r * n;
    const Scalar centre = share * sum_of(
                                      n, [](Scalar v) { return v; }, row);
    const Scalar variance = share * sum_of(
                                        n, [=](Scalar v) { return (v - centre) * (v - centre); }, row);
    const Scalar scale = Scalar(1) / std::sqrt(variance + eps);
    const auto value = [=](Scalar v, Scalar w, Scalar b) { return (v - centre) * scale * w + b; };
    map_elements(n, y + r * n, value, row, weight, bias);
    mean[r] = centre;
    rstd[r] = scale;
  }
}

void layer_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* mean,
                         const Scalar* rstd, const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                         bool accumulate_weight, Scalar* dbias, bool accumulate_bias) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  if (!accumulate_weight) std::fill_n(dweight, n, Scalar(0));
  if (!accumulate_bias) std::fill_n(dbias, n, Scalar(0));
  RowSlope slopes[rows_at_once];
  for (Index first = 0; first < m; first += rows_at_once) {
    const Index rows = std::min(rows_at_once, m - first), at = first * n;
    for (Index r = 0; r < rows; ++r) {
      const Scalar centre = mean[first + r], scale = rstd[first + r];
      Lanes a(0), b(0);
      for_blocks(n, [&](Index j, Index count) {
        const Block v = load(count, x + at + r * n + j), w = load(count, weight + j),
                    d = load(count, dy + at + r * n + j);
        Block product, moment;
        for (Index i = 0; i < lane_count; ++i) product.lane[i] = d.lane[i] * w.lane[i];
        for (Index i = 0; i < lane_count; ++i)
          moment.lane[i] = product.lane[i] * ((v.lane[i] - centre) * scale);
        a.add(product);  // the lanes beyond `count` hold zeros
        b.add(moment);
      });
      slopes[r] = {centre, scale, share * a.sum(), share * b.sum()};
    }
    rows_backward(rows, n, slopes, x + at, weight, dy + at, dx + at, accumulate_x, dweight, dbias);
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
                       bool accumulate_weight) {
  const Scalar share = Scalar(1) / static_cast<Scalar>(n);
  if (!accumulate_weight) std::fill_n(dweight, n, Scalar(0));
  RowSlope slopes[rows_at_once];
  for (Index first = 0; first < m; first += rows_at_once) {
    const Index rows = std::min(rows_at_once, m - first), at = first * n;
    for (Index r = 0; r < rows; ++r) {
      const Scalar scale = rrms[first + r];
      const auto product = [=](Scalar v, Scalar w, Scalar g) { return g * w * (v * scale); };
      slopes[r] = {0, scale, 0, share * sum_of(n, product, x + at + r * n, weight, dy + at + r * n)};
    }
    rows_backward(rows, n, slopes, x + at, weight, dy + at, dx + at, accumulate_x, dweight, nullptr);
  }
}

}  // namespace orochi::kernels
