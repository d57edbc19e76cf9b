// A row's results are the same bits whatever rows are beside it, whatever its position, whatever the
// alignment.
#include <functional>

#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

/// Computes rows of `out` [M, out_ld] from rows of `in` [M, in_ld].
using RowFunction = std::function<void(Index m, const Scalar* in, Scalar* out)>;

struct Layout {
  Index in_ld, out_ld, out_cols;
};

/// Whether each of `rows` rows, computed alone, has the bits it has within blocks of m rows that start at an
/// odd place.
bool rows_agree(const RowFunction& f, const Layout& l, const std::vector<Index>& block_sizes, Index rows,
                std::mt19937& generator) {
  const Values in = random_values(generator, rows * l.in_ld),
               start = random_values(generator, rows * l.out_ld);
  Values alone = start;
  for (Index i = 0; i < rows; ++i) f(1, in.data() + i * l.in_ld, alone.data() + i * l.out_ld);
  for (const Index m : block_sizes) {
    const Index shift = (rows - m) / 2, offset = 1 + m % 7;  // the block lies elsewhere in memory, unaligned
    Values in_copy(at(offset)), out(at(offset));
    in_copy.insert(in_copy.end(), in.begin() + shift * l.in_ld, in.begin() + (shift + m) * l.in_ld);
    out.insert(out.end(), start.begin() + shift * l.out_ld, start.begin() + (shift + m) * l.out_ld);
    f(m, in_copy.data() + offset, out.data() + offset);
    for (Index i = 0; i < m; ++i)
      if (!same_bits(out.data() + offset + i * l.out_ld, alone.data() + (shift + i) * l.out_ld, l.out_cols))
        return false;
  }
  return true;
}

void check_products(Engine e, bool transposed, Index n, Index k, const std::vector<Index>& blocks,
                    Index rows) {
  std::mt19937 generator(static_cast<unsigned>(n * 2000 + k));
  const Layout layout{3 * k, n + 2, n};  // A as a third of fused Q | K | V rows
  const Index ldb = transposed ? 3 * k : n;
  const Values b = random_values(generator, (transposed ? n : k) * ldb), bias = random_values(generator, n);
  for (const bool accumulate : {false, true}) {
    const RowFunction f = [&](Index m, const Scalar* in, Scalar* out) {
      if (transposed)
        gemm_nt(e, m, n, k, {in, 3 * k}, {b.data(), ldb}, out, n + 2, accumulate,
                accumulate ? nullptr : bias.data());
      else
        gemm_nn(e, m, n, k, {in, 3 * k}, {b.data(), ldb}, out, n + 2, accumulate);
    };
    INFO(engine_name(e) << (transposed ? " NT" : " NN") << " N " << n << " K " << k << " accumulate "
                        << accumulate);
    REQUIRE(rows_agree(f, layout, blocks, rows, generator));
  }
}

std::vector<Index> range(Index first, Index last, Index step) {
  std::vector<Index> values;
  for (Index i = first; i <= last; i += step) values.push_back(i);
  return values;
}

/// Blocks of 1 .. 64 rows and of some sizes above, at every width up to 67.
void check_rows(const RowFunction& f, Index n) {
  std::mt19937 generator(static_cast<unsigned>(n));
  INFO("columns " << n);
  REQUIRE(rows_agree(f, {n, n, n}, {1, 2, 3, 5, 8, 17}, 20, generator));
}

}  // namespace

TEST_CASE("products: rows are independent, blocks of 1 to 64 rows") {
  for (const Engine e : engines())
    for (const bool transposed : {false, true})
      for (const Index n : {1, 2, 3, 4, 8, 16, 17, 60, 64, 128, 192, 256})
        for (const Index k : {1, 2, 3, 8, 16, 60, 64, 128, 256, 512, 1024}) {
          const bool small = n * k <= 4096;
          check_products(e, transposed, n, k, range(1, 64, small ? 1 : 9), 64);
        }
}

TEST_CASE("products: rows are independent, many rows and large sides") {
  for (const Engine e : engines())
    for (const bool transposed : {false, true}) {
      for (const Index side : {64, 256})
        check_products(e, transposed, side, side, {95, 97, 113, 258, 300, 527}, 530);
      check_products(e, transposed, 1024, 1024, {1, 96, 120}, 120);
    }
}

TEST_CASE("softmax: rows are independent") {
  for (const Index n : range(1, 67, 1)) {
    check_rows(
        [n](Index m, const Scalar* in, Scalar* out) {
          std::copy_n(in, m * n, out);
          softmax_rows(m, n, out, n, Scalar(0.3));
        },
        n);
    check_rows(
        [n](Index m, const Scalar* in, Scalar* out) { softmax_rows_backward(m, n, in, out, n, Scalar(0.3)); },
        n);
  }
}

TEST_CASE("norms: rows are independent") {
  std::mt19937 generator(1);
  const Values w = random_values(generator, 67), b = random_values(generator, 67);
  Values mean(64), rstd(64), dw(67), db(67), lost(134);
  for (const Index n : range(1, 67, 1)) {
    check_rows(
        [&](Index m, const Scalar* in, Scalar* out) {
          layer_norm(m, n, in, w.data(), b.data(), Scalar(1e-5), out, mean.data(), rstd.data());
          Values dx(at(m * n));
          layer_norm_backward(m, n, in, w.data(), mean.data(), rstd.data(), out, dx.data(), false, dw.data(),
                              false, db.data(), false, lost.data());
          for (Index i = 0; i < m * n; ++i) out[i] += dx[at(i)];
        },
        n);
    check_rows(
        [&](Index m, const Scalar* in, Scalar* out) {
          rms_norm(m, n, in, w.data(), Scalar(1e-5), out, rstd.data());
          Values dx(at(m * n));
          rms_norm_backward(m, n, in, w.data(), rstd.data(), out, dx.data(), false, dw.data(), false,
                            lost.data());
          for (Index i = 0; i < m * n; ++i) out[i] += dx[at(i)];
        },
        n);
  }
}

TEST_CASE("activations: rows are independent") {
  for (const Index n : range(1, 67, 1))
    for (const Elementwise& f : {relu, gelu, gelu_tanh, silu}) {
      check_rows([=](Index m, const Scalar* in, Scalar* out) { f.value(m * n, in, out); }, n);
      for (const bool accumulate : {false, true})
        check_rows(
            [=](Index m, const Scalar* in, Scalar* out) { f.backward(m * n, in, in, out, accumulate); }, n);
    }
}

}  // namespace orochi::kernels
