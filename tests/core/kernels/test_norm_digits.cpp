// Norms of rows whose mean is large against their deviation, against the reference.
#include "core/kernels/reference/norm.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

/// A layer norm with its backward pass; all gradients start at 0.
struct Norm {
  Index m, n;
  Values x, w, b, dy;                   // [M, N], [N], [N], [M, N]
  Values y = Values(x.size()), dx = y;  // [M, N]
  Values dw = Values(w.size()), db = dw;

  void run(Scalar eps) {
    Values mean(at(2 * m)), rstd(at(m)), lost(at(2 * n));
    layer_norm(m, n, x.data(), w.data(), b.data(), eps, y.data(), mean.data(), rstd.data());
    layer_norm_backward(m, n, x.data(), w.data(), mean.data(), rstd.data(), dy.data(), dx.data(), false,
                        dw.data(), false, db.data(), false, lost.data());
  }
};

struct Exact {
  reference::Matrix y;
  reference::NormGradients gradients;
};

Exact exact(const Norm& p, double eps) {
  const reference::Matrix x = matrix(p.m, p.n, p.x);
  return {reference::layer_norm(x, row(p.w), row(p.b), eps).y,
          reference::layer_norm_backward(x, row(p.w), eps, matrix(p.m, p.n, p.dy))};
}

Norm random_norm(std::mt19937& generator, Index m, Index n, double mean) {
  Norm p{m,
         n,
         random_values(generator, m * n),
         random_values(generator, n),
         random_values(generator, n),
         random_values(generator, m * n)};
  for (Scalar& v : p.x) v += static_cast<Scalar>(mean);
  return p;
}

}  // namespace

TEST_CASE("layer norm has its digits at any mean, forward and backward") {
  // PyTorch 2.13's errors here (float against double, 64 rows; scripts/pytorch_digits):
  //   mean 0    y 3e-7 to 1e-6, dx 6e-7 to 2e-6, dweight 2e-6 to 8e-6, dbias 4e-6 to 8e-6
  //   mean 100  y 3e-5 to 5e-5, dx 8e-6 to 9e-5, dweight 1e-4 to 2e-4
  //   mean 1e6  y 0.2 to 0.4, dx 0.08 to 0.7, dweight 0.7 to 1.1
  // Ours are at any mean what they are at 0.
  std::mt19937 generator(1);
  for (const Index n : {8, 96, 1024, 4096})
    for (const double mean : {0.0, 1.0, -1e2, 1e3, 1e4, -1e5, 1e6}) {
      Norm p = random_norm(generator, 64, n, mean);
      p.run(Scalar(1e-5));
      const Exact e = exact(p, 1e-5);
      INFO("n " << n << " mean " << mean);
      CHECK(largest_difference(p.y, e.y) < 32 * unit);  // 3.8e-6 in float
      CHECK(largest_difference(p.dx, e.gradients.dx) < 32 * unit);
      CHECK(largest_difference(p.dw, e.gradients.dweight) < 64 * unit);  // sums over 64 rows
      CHECK(largest_difference(p.db, e.gradients.dbias) < 64 * unit);
    }
}

TEST_CASE("layer norm of a constant row is exactly the bias") {
  std::mt19937 generator(2);
  for (const Index n : {1, 7, 96, 1000, 4096})
    for (const double value : {12345.7, -0.1, 1e6 + 0.3, 3e-5}) {
      Norm p = random_norm(generator, 3, n, 0);
      p.x.assign(p.x.size(), static_cast<Scalar>(value));
      p.run(Scalar(1e-5));
      const Exact e = exact(p, 1e-5);
      INFO("n " << n << " value " << value);
      for (Index i = 0; i < 3 * n; ++i) REQUIRE(p.y[at(i)] == p.b[at(i % n)]);
      REQUIRE(p.dw == Values(at(n)));
      REQUIRE(largest_difference(p.dx, e.gradients.dx) < 32 * unit / std::sqrt(1e-5));  // rstd times as large
    }
}

TEST_CASE("rms norm has its digits at any mean and width, forward and backward") {
  std::mt19937 generator(3);
  for (const Index n : {8, 96, 4096, 100000})
    for (const double mean : {0.0, 1e3, 1e6}) {
      const Index m = 8;
      Norm p = random_norm(generator, m, n, mean);
      Values rrms(at(m)), lost(at(n));
      rms_norm(m, n, p.x.data(), p.w.data(), Scalar(1e-5), p.y.data(), rrms.data());
      rms_norm_backward(m, n, p.x.data(), p.w.data(), rrms.data(), p.dy.data(), p.dx.data(), false,
                        p.dw.data(), false, lost.data());
      const reference::NormGradients exact =
          reference::rms_norm_backward(matrix(m, n, p.x), row(p.w), 1e-5, matrix(m, n, p.dy));
      INFO("n " << n << " mean " << mean);
      CHECK(largest_difference(p.y, reference::rms_norm(matrix(m, n, p.x), row(p.w), 1e-5).y) < 32 * unit);
      CHECK(largest_difference(p.dx, exact.dx) < 32 * unit / (1 + mean));
      CHECK(largest_difference(p.dw, exact.dweight) < 32 * unit);
    }
}

}  // namespace orochi::kernels
