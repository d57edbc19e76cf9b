#include "core/kernels/attention.hpp"

#include "core/kernels/half.hpp"

#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

struct Case {
  Index length, head_dim;
  bool causal;
  double dropout;
  bool half = false;
};

/// Operands of one head within rows of Q | K | V that have other heads beside it, and what both directions
/// give.
struct Computed {
  Index ld, out_ld;
  Values qkv, dout;                               // [T, ld], [T, out_ld]
  Values out, dqkv, maximum, inverse_sum;         // [T, out_ld], [T, ld], [T], [T]
  std::vector<std::vector<double>> filter, keep;  // [T, T]
};

AttentionHead head_of(const Case& c, const Computed& x) {
  const Scalar scale = Scalar(1) / std::sqrt(static_cast<Scalar>(c.head_dim));
  const Scalar* rows = x.qkv.data() + 1;
  return {c.length,
          c.head_dim,
          scale,
          c.causal,
          c.dropout,
          {1, 2, 3, 4, 0},
          {rows, x.ld},
          {rows + c.head_dim, x.ld},
          {rows + 2 * c.head_dim, x.ld},
          c.half};
}

Computed compute(const Case& c, unsigned seed) {
  std::mt19937 generator(seed);
  const Index t = c.length, d = c.head_dim;
  Computed x{3 * d + 5, d + 3, {}, {}, {}, {}, Values(at(t)), Values(at(t)), {}, {}};
  x.qkv = random_values(generator, t * x.ld);
  x.dout = random_values(generator, t * x.out_ld);
  x.out.assign(at(t * x.out_ld), 7);
  x.dqkv.assign(at(t * x.ld), 7);
  Values scratch(at(attention_scratch(t, d)), not_a_number);  // nothing may be read before it was written
  const AttentionHead head = head_of(c, x);
  const FilterSums sums{x.maximum.data(), x.inverse_sum.data()};
  attention_forward(head, x.out.data(), x.out_ld, sums, scratch.data());
  scratch.assign(scratch.size(), not_a_number);
  Scalar* dq = x.dqkv.data() + 1;
  attention_backward(head, {x.out.data(), x.out_ld}, {x.dout.data(), x.out_ld}, sums, dq, dq + d, dq + 2 * d,
                     x.ld, scratch.data());
  // The filter as its definition says, in double.
  x.filter.assign(at(t), std::vector<double>(at(t)));
  x.keep.assign(at(t), std::vector<double>(at(t), 1));
  for (Index q = 0; q < t; ++q) {
    double sum = 0;
    for (Index k = 0; k < (c.causal ? q + 1 : t); ++k) {
      double score = 0;
      for (Index j = 0; j < d; ++j)
        score += static_cast<double>(head.query.data[q * x.ld + j]) *
                 static_cast<double>(head.key.data[k * x.ld + j]);
      sum += x.filter[at(q)][at(k)] = std::exp(score * static_cast<double>(head.scale));
    }
    for (double& f : x.filter[at(q)]) f /= sum;
  }
  for (Index k = 0; c.dropout > 0 && k < t; ++k) {
    RandomRow row = head.at;
    row.row = static_cast<std::uint32_t>(k);
    Values factors(at(t));
    dropout_factors(1, t, c.dropout, &row, factors.data(), t);
    for (Index q = 0; q < t; ++q) x.keep[at(q)][at(k)] = static_cast<double>(factors[at(q)]);
  }
  return x;
}

/// Largest |element (i, j) - expected(i, j)| of a [T, D] matrix.
template <class Expected>
double difference(const Case& c, const Scalar* rows, Index ld, Expected expected) {
  double largest = 0;
  for (Index i = 0; i < c.length; ++i)
    for (Index j = 0; j < c.head_dim; ++j)
      largest = std::max(largest, std::abs(static_cast<double>(rows[i * ld + j]) - expected(i, j)));
  return largest;
}

void check(const Case& c) {
  INFO("T " << c.length << " D " << c.head_dim << " causal " << c.causal << " dropout " << c.dropout);
  const Computed x = compute(c, 5);
  const AttentionHead head = head_of(c, x);
  const Index t = c.length, d = c.head_dim;
  const auto number = [&](const Scalar* data, Index ld, Index i, Index j) {
    return static_cast<double>(data[i * ld + j]);
  };
  // bf16 rounds to 2^-9 of each number; a wrong element would be off by about 1.
  const double tolerance = c.half ? 0.06 : 200 * unit * std::sqrt(static_cast<double>(t));
  CHECK(difference(c, x.out.data(), x.out_ld, [&](Index q, Index j) {
          double sum = 0;
          for (Index k = 0; k < t; ++k)
            sum += x.filter[at(q)][at(k)] * x.keep[at(q)][at(k)] * number(head.value.data, x.ld, k, j);
          return sum;
        }) < tolerance);
  // dscore = scale filter (keep dfilter - sum over keys of filter keep dfilter)
  std::vector<std::vector<double>> dscore(at(t), std::vector<double>(at(t)));
  for (Index q = 0; q < t; ++q) {
    double mean = 0;
    for (Index k = 0; k < t; ++k) {
      double dfilter = 0;
      for (Index j = 0; j < d; ++j)
        dfilter += number(x.dout.data(), x.out_ld, q, j) * number(head.value.data, x.ld, k, j);
      dscore[at(q)][at(k)] = dfilter * x.keep[at(q)][at(k)];
      mean += x.filter[at(q)][at(k)] * dscore[at(q)][at(k)];
    }
    for (Index k = 0; k < t; ++k)
      dscore[at(q)][at(k)] =
          static_cast<double>(head.scale) * x.filter[at(q)][at(k)] * (dscore[at(q)][at(k)] - mean);
  }
  const Scalar *dq = x.dqkv.data() + 1, *dk = dq + d, *dv = dk + d;
  CHECK(difference(c, dq, x.ld, [&](Index q, Index j) {
          double sum = 0;
          for (Index k = 0; k < t; ++k) sum += dscore[at(q)][at(k)] * number(head.key.data, x.ld, k, j);
          return sum;
        }) < tolerance);
  CHECK(difference(c, dk, x.ld, [&](Index k, Index j) {
          double sum = 0;
          for (Index q = 0; q < t; ++q) sum += dscore[at(q)][at(k)] * number(head.query.data, x.ld, q, j);
          return sum;
        }) < tolerance);
  CHECK(difference(c, dv, x.ld, [&](Index k, Index j) {
          double sum = 0;
          for (Index q = 0; q < t; ++q)
            sum += x.filter[at(q)][at(k)] * x.keep[at(q)][at(k)] * number(x.dout.data(), x.out_ld, q, j);
          return sum;
        }) < tolerance);
  CHECK(x.out[at(d)] == 7);  // what lies beside the head's columns stays
  CHECK(x.dqkv[0] == 7);
  CHECK(x.dqkv[at(1 + 3 * d)] == 7);
}

}  // namespace

TEST_CASE("attention and its gradients equal their definition, at every blocking") {
  for (const Index length : {1, 2, 15, 16, 17, 60, 64, 65, 127, 128, 130, 200, 300})
    for (const bool causal : {false, true})
      for (const double dropout : {0.0, 0.3}) check({length, length % 2 == 0 ? 16 : 5, causal, dropout});
  for (const Index head_dim : {1, 8, 32, 48, 64, 80, 96})
    for (const bool causal : {false, true}) check({140, head_dim, causal, 0.1});
}

TEST_CASE("attention in bf16 is near its definition, at every blocking") {
  if (!half_available()) return;
  for (const Index length : {1, 2, 15, 16, 17, 60, 64, 65, 127, 128, 130, 200, 300})
    for (const bool causal : {false, true})
      for (const double dropout : {0.0, 0.3})
        check({length, length % 2 == 0 ? 16 : 48, causal, dropout, true});
}

TEST_CASE("scores far apart neither overflow nor give NaN") {
  Case c{150, 16, false, 0};
  Computed x = compute(c, 6);
  for (Scalar& v : x.qkv) v *= 200;
  const AttentionHead head = head_of(c, x);
  Values scratch(at(attention_scratch(c.length, c.head_dim)));
  attention_forward(head, x.out.data(), x.out_ld, {x.maximum.data(), x.inverse_sum.data()}, scratch.data());
  for (Index i = 0; i < c.length; ++i)
    for (Index j = 0; j < c.head_dim; ++j) REQUIRE(std::isfinite(x.out[at(i * x.out_ld + j)]));
}

TEST_CASE("working memory grows with T, not with T x T") {
  REQUIRE(attention_scratch(100000, 16) < 2 * attention_scratch(50000, 16) + 1);
  REQUIRE(attention_scratch(100000, 16) < 100000 * 16 * 7);
}

}  // namespace orochi::kernels
