#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

/// What a row's gradient dx = rstd (dy w - a - xhat b), xhat = (x - mean) rstd, is made of.
struct RowSlope {
  Scalar mean, rstd, a, b;
};

/// dx (+)= the row's gradient; dweight += dy xhat, its part of the weight's.
void row_backward(Index n, const RowSlope& s, const Scalar* x, const Scalar* weight, const Scalar* dy,
                  Scalar* dx, bool accumulate, Scalar* dweight) {
  const auto slope = [s](Scalar v, Scalar w, Scalar d) {
    return s.rstd * (d * w - s.a - (v - s.mean) * s.rstd * s.b);
  };
  map_elements(n, dx, accumulate, slope, x, weight, dy);
  map_elements(
      n, dweight, true, [s](Scalar v, Scalar d) { return d * ((v - s.mean) * s.rstd); }, x, dy);
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
  column_sums(m, n, {dy, n}, dbias, accumulate_bias);
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = x + r * n;
    const Scalar* d = dy + r * n;
    const Scalar centre = mean[r], scale = rstd[r];
    const auto product = [=](Scalar v, Scalar w, Scalar g) { return g * w * ((v - centre) * scale); };
    const Scalar a = share * sum_of(
                                 n, [](Scalar w, Scalar g) { return g * w; }, weight, d);
    const Scalar b = share * sum_of(n, product, row, weight, d);
    row_backward(n, {centre, scale, a, b}, row, weight, d, dx + r * n, accumulate_x, dweight);
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
  for (Index r = 0; r < m; ++r) {
    const Scalar* row = x + r * n;
    const Scalar* d = dy + r * n;
    const Scalar scale = rrms[r];
    const auto product = [=](Scalar v, Scalar w, Scalar g) { return g * w * (v * scale); };
    const Scalar b = share * sum_of(n, product, row, weight, d);
    row_backward(n, {0, scale, 0, b}, row, weight, d, dx + r * n, accumulate_x, dweight);
  }
}

}  // namespace orochi::kernels
