#include <orochi/error.hpp>
#include <string>

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

/// C as the problem's engine-free definition says, gaps untouched.
std::vector<double> expected(const Problem& p, bool accumulate, bool bias) {
  std::vector<double> c(p.c.begin(), p.c.end());  // [M, ldc]
  for (Index i = 0; i < p.m; ++i)
    for (Index j = 0; j < p.n; ++j) {
      double sum =
          (accumulate ? c[at(i * p.ldc + j)] : 0.0) + (bias ? static_cast<double>(p.bias[at(j)]) : 0.0);
      for (Index l = 0; l < p.k; ++l) {
        const Scalar a = p.form == Form::tn ? p.a[at(l * p.lda + i)] : p.a[at(i * p.lda + l)];
        const Scalar b = p.form == Form::nt ? p.b[at(j * p.ldb + l)] : p.b[at(l * p.ldb + j)];
        sum += static_cast<double>(a) * static_cast<double>(b);
      }
      c[at(i * p.ldc + j)] = sum;
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
    std::vector<double> sums(at(n));
    for (Index j = 0; j < n; ++j) {
      if (accumulate) sums[at(j)] = before[at(j)];
      for (Index i = 0; i < m; ++i) sums[at(j)] += x[at(i * ld + j)];
    }
    REQUIRE(largest_difference(out, sums) < 50 * unit);
  }
}

TEST_CASE("an engine is chosen by name") {
  REQUIRE(choose_engine("own") == Engine::own);
  REQUIRE(choose_engine("eigen") == Engine::eigen);
  REQUIRE(choose_engine("auto") != Engine::eigen);
  if (engines().size() == 3)
    REQUIRE(choose_engine("onednn") == Engine::onednn);
  else
    REQUIRE_THROWS_WITH(choose_engine("onednn"),
                        catch_matchers::StartsWith("kernels = \"onednn\": not available here"));
  REQUIRE_THROWS_AS(choose_engine("mkl"), Error);
  REQUIRE(std::string(engine_name(Engine::own)) == "own");
  REQUIRE(std::string(engine_name(Engine::eigen)) == "eigen");
  REQUIRE(std::string(engine_name(Engine::onednn)) == "onednn");
}

}  // namespace orochi::kernels
