#include <string>

#include <orochi/error.hpp>

#include "core/kernels/reference/product.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

enum class Form { nt, nn, tn };

/// Operands of a product whose rows have gaps between them.
struct Problem {
  Form form;
  Index m, n, k, lda, ldb, ldc;
  Values a, b, c, bias;
};

Problem make_problem(std::mt19937& generator, Form form, Index m, Index n, Index k) {
  const auto gap = [&] { return static_cast<Index>(generator() % 5); };
  Problem p{
      form, m,  n,  k, (form == Form::tn ? m : k) + gap(), (form == Form::nt ? k : n) + gap(), n + gap(),
      {},   {}, {}, {}};
  p.a = random_values(generator, (form == Form::tn ? k : m) * p.lda);
  p.b = random_values(generator, (form == Form::nt ? n : k) * p.ldb);
  p.c = random_values(generator, m * p.ldc);
  p.bias = random_values(generator, n);
  return p;
}

/// op(A) op(B) by the reference; C [M, ldc] with its gaps untouched.
std::vector<double> expected(const Problem& p, bool accumulate, bool bias) {
  const bool nt = p.form == Form::nt, tn = p.form == Form::tn;
  const reference::Matrix a(tn ? p.k : p.m, tn ? p.m : p.k, p.a.data(), p.lda);
  const reference::Matrix b(nt ? p.n : p.k, nt ? p.k : p.n, p.b.data(), p.ldb);
  const reference::Matrix product = reference::product(tn ? transposed(a) : a, nt ? transposed(b) : b);
  std::vector<double> c(p.c.begin(), p.c.end());
  for (Index i = 0; i < p.m; ++i)
    for (Index j = 0; j < p.n; ++j) {
      double& one = c[at(i * p.ldc + j)];
      one = (accumulate ? one : 0.0) + (bias ? static_cast<double>(p.bias[at(j)]) : 0.0) + product(i, j);
    }
  return c;
}

Values computed(const Problem& p, Engine e, bool accumulate, bool bias) {
  Values c = p.c;
  const Operand a{p.a.data(), p.lda}, b{p.b.data(), p.ldb};
  if (p.form == Form::nt)
    gemm_nt(e, p.m, p.n, p.k, a, b, c.data(), p.ldc, accumulate, bias ? p.bias.data() : nullptr);
  if (p.form == Form::nn) gemm_nn(e, p.m, p.n, p.k, a, b, c.data(), p.ldc, accumulate);
  if (p.form == Form::tn) gemm_tn(e, p.m, p.n, p.k, a, b, c.data(), p.ldc, accumulate);
  return c;
}

void check(const Problem& p) {
  for (const Engine e : engines())
    for (const bool accumulate : {false, true})
      for (const bool bias : {false, p.form == Form::nt}) {
        INFO(engine_name(e) << " form " << static_cast<int>(p.form) << " M " << p.m << " N " << p.n << " K "
                            << p.k << " accumulate " << accumulate << " bias " << bias);
        const double error =
            largest_difference(computed(p, e, accumulate, bias), expected(p, accumulate, bias));
        REQUIRE(error < 4 * unit * static_cast<double>(p.k + 8));
      }
}

}  // namespace

TEST_CASE("products of random shapes and strides equal the plain sums") {
  std::mt19937 generator(1);
  const auto size = [&](Index most) { return 1 + static_cast<Index>(generator()) % most; };
  for (const Form form : {Form::nt, Form::nn, Form::tn})
    for (int round = 0; round < 60; ++round)
      check(make_problem(generator, form, size(round < 30 ? 20 : 150), size(round < 30 ? 9 : 100), size(80)));
}

TEST_CASE("products with more rows than an engine takes at a time") {
  std::mt19937 generator(2);
  for (const Form form : {Form::nt, Form::nn, Form::tn})
    for (const Index m : {96, 97, 111, 112, 256, 257, 300, 530})
      check(make_problem(generator, form, m, 5, 7));
}

TEST_CASE("products with long rows, whose operands are copied block by block") {
  std::mt19937 generator(6);
  for (const Form form : {Form::nt, Form::nn, Form::tn}) {
    check(make_problem(generator, form, 260, 70, 530));
    check(make_problem(generator, form, 97, 520, 300));
  }
}

TEST_CASE("products with an empty side") {
  std::mt19937 generator(3);
  for (const Form form : {Form::nt, Form::nn, Form::tn}) {
    check(make_problem(generator, form, 3, 4, 0));
    check(make_problem(generator, form, 0, 4, 5));
    check(make_problem(generator, form, 3, 0, 5));
  }
}

TEST_CASE("NaN in a row of A makes that row of C NaN, and no other") {
  std::mt19937 generator(4);
  for (const Engine e : engines())
    for (const Form form : {Form::nt, Form::nn})
      for (const Index m : {1, 7, 21}) {
        Problem p = make_problem(generator, form, m, 6, 5);
        p.a[at((m - 1) * p.lda + 2)] = not_a_number;
        const Values c = computed(p, e, false, false);
        for (Index i = 0; i < m; ++i)
          for (Index j = 0; j < p.n; ++j) REQUIRE(std::isnan(c[at(i * p.ldc + j)]) == (i == m - 1));
      }
}

TEST_CASE("column sums") {
  std::mt19937 generator(5);
  const Index m = 37, n = 21, ld = 24;
  const Values x = random_values(generator, m * ld), before = random_values(generator, n);
  for (const bool accumulate : {false, true}) {
    Values out = before;
    column_sums(m, n, {x.data(), ld}, out.data(), accumulate);
    reference::Matrix sums = reference::column_sums({m, n, x.data(), ld});
    if (accumulate) sums = plus(sums, row(before));
    REQUIRE(largest_difference(out, sums) < 50 * unit);
  }
}

TEST_CASE("a linear layer and its gradients are those of the reference, on every engine") {
  std::mt19937 generator(7);
  for (const Engine e : engines())
    for (int round = 0; round < 20; ++round) {
      const auto size = [&] { return 1 + static_cast<Index>(generator()) % 70; };
      const Index m = size(), n = size(), k = size();
      INFO(engine_name(e) << " M " << m << " N " << n << " K " << k);
      const Values x = random_values(generator, m * k), w = random_values(generator, n * k),
                   b = random_values(generator, n), dy = random_values(generator, m * n);
      Values y(at(m * n)), dx(at(m * k)), dw(at(n * k)), db(at(n));
      gemm_nt(e, m, n, k, {x.data(), k}, {w.data(), k}, y.data(), n, false, b.data());
      gemm_nn(e, m, k, n, {dy.data(), n}, {w.data(), k}, dx.data(), k, false);
      gemm_tn(e, n, k, m, {dy.data(), n}, {x.data(), k}, dw.data(), k, false);
      column_sums(m, n, {dy.data(), n}, db.data(), false);
      const reference::Matrix weight = matrix(n, k, w);
      const reference::LinearGradients exact =
          reference::linear_backward(matrix(m, k, x), weight, matrix(m, n, dy));
      REQUIRE(largest_difference(y, reference::linear(matrix(m, k, x), weight, row(b))) < 400 * unit);
      REQUIRE(largest_difference(dx, exact.dx) < 400 * unit);
      REQUIRE(largest_difference(dw, exact.dweight) < 400 * unit);
      REQUIRE(largest_difference(db, exact.dbias) < 400 * unit);
    }
}

TEST_CASE("an engine is chosen by name") {
  REQUIRE(choose_engine("native") == Engine::native);
  REQUIRE(choose_engine("eigen") == Engine::eigen);
  REQUIRE(choose_engine("auto") != Engine::eigen);
  if (engines().size() == 3)
    REQUIRE(choose_engine("onednn") == Engine::onednn);
  else
    REQUIRE_THROWS_WITH(choose_engine("onednn"),
                        catch_matchers::StartsWith("kernels = \"onednn\": not available here"));
  REQUIRE_THROWS_AS(choose_engine("mkl"), Error);
  REQUIRE(std::string(engine_name(Engine::native)) == "native");
  REQUIRE(std::string(engine_name(Engine::eigen)) == "eigen");
  REQUIRE(std::string(engine_name(Engine::onednn)) == "onednn");
}

}  // namespace orochi::kernels
