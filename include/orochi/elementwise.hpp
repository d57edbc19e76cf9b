// Functions of one number with their derivatives.
#pragma once

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// A function f of one number, as loops over n of them.
struct Elementwise {
  /// y = f(x); y may be x.
  void (*value)(Index n, const Scalar* x, Scalar* y);
  /// dx (+)= dy f'(x)
  void (*backward)(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate);
  /// In place: y = f(y) and derivative = f'(y); with `factors`, both times what `derivative` holds before.
  void (*with_derivative)(Index n, Scalar* y, Scalar* derivative, bool factors);
};

/// f(x) and f'(x).
struct Point {
  Scalar value, derivative;
};

/// Made of `Point function(Scalar x)`: elementwise<mish>().
template <auto function>
constexpr Elementwise elementwise() {
  return {[](Index n, const Scalar* x, Scalar* y) {
            for (Index i = 0; i < n; ++i) y[i] = function(x[i]).value;
          },
          [](Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
            for (Index i = 0; i < n; ++i)
              dx[i] = dy[i] * function(x[i]).derivative + (accumulate ? dx[i] : Scalar(0));
          },
          [](Index n, Scalar* y, Scalar* derivative, bool factors) {
            for (Index i = 0; i < n; ++i) {
              const Point at = function(y[i]);
              const Scalar factor = factors ? derivative[i] : Scalar(1);
              y[i] = at.value * factor;
              derivative[i] = at.derivative * factor;
            }
          }};
}

}  // namespace orochi
