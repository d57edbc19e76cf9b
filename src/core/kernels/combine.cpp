#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

/// Each function of a and b with its derivatives times dy.
struct Add {
  static Scalar value(Scalar a, Scalar b) { return a + b; }
  static Scalar first(Scalar dy, Scalar, Scalar) { return dy; }
  static Scalar second(Scalar dy, Scalar, Scalar) { return dy; }
};
struct Subtract {
  static Scalar value(Scalar a, Scalar b) { return a - b; }
  static Scalar first(Scalar dy, Scalar, Scalar) { return dy; }
  static Scalar second(Scalar dy, Scalar, Scalar) { return -dy; }
};
struct Multiply {
  static Scalar value(Scalar a, Scalar b) { return a * b; }
  static Scalar first(Scalar dy, Scalar, Scalar b) { return dy * b; }
  static Scalar second(Scalar dy, Scalar a, Scalar) { return dy * a; }
};
struct Divide {
  static Scalar value(Scalar a, Scalar b) { return a / b; }
  static Scalar first(Scalar dy, Scalar, Scalar b) { return dy / b; }
  static Scalar second(Scalar dy, Scalar a, Scalar b) { return -(dy / b) * (a / b); }
};

/// Calls work(F()) for the struct of `f`.
template <class Work>
void with(Combine f, Work work) {
  switch (f) {
    case Combine::add:
      return work(Add());
    case Combine::subtract:
      return work(Subtract());
    case Combine::multiply:
      return work(Multiply());
    case Combine::divide:
      return work(Divide());
  }
}

/// out (+)= f(x, a, b) [M, N].
template <class Function>
void map_rows(Index m, Index n, Scalar* out, bool accumulate, Function f, const Scalar* x, const Scalar* a,
              Repeated b) {
  if (b.row_step == n && b.column_step == 1) return map_elements(m * n, out, accumulate, f, x, a, b.data);
  for (Index i = 0; i < m; ++i, out += n, x += n, a += n, b.data += b.row_step) {
    if (b.column_step == 1)
      map_elements(n, out, accumulate, f, x, a, b.data);
    else
      map_elements(
          n, out, accumulate, [f, number = *b.data](Scalar v, Scalar w) { return f(v, w, number); }, x, a);
  }
}

}  // namespace

void combine(Combine f, Index m, Index n, const Scalar* a, Repeated b, Scalar* y) {
  with(f, [=](auto of) {
    map_rows(
        m, n, y, false, [of](Scalar, Scalar v, Scalar w) { return of.value(v, w); }, a, a, b);
  });
}

void combine_backward_first(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                            Scalar* da, bool accumulate) {
  with(f, [=](auto of) {
    map_rows(
        m, n, da, accumulate, [of](Scalar d, Scalar v, Scalar w) { return of.first(d, v, w); }, dy, a, b);
  });
}

void combine_backward_second(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                             Scalar* db, bool accumulate) {
  with(f, [=](auto of) {
    map_rows(
        m, n, db, accumulate, [of](Scalar d, Scalar v, Scalar w) { return of.second(d, v, w); }, dy, a, b);
  });
}

void row_sums(Index m, Index n, const Scalar* x, Scalar* out, bool accumulate) {
  for (Index i = 0; i < m; ++i) {
    const Scalar sum = sum_of(
        n, [](Scalar v) { return v; }, x + i * n);
    out[i] = accumulate ? out[i] + sum : sum;
  }
}

}  // namespace orochi::kernels
