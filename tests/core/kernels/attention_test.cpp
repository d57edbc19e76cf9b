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
  Index window = 0;
  Scalar slope = 0;
  Index keys = 0;  // 0: as many as queries

  Index num_keys() const { return keys > 0 ? keys : length; }
  bool sees(Index query, Index key) const {
    if (causal && key > query) return false;
    return window == 0 || std::abs(query - key) <= window;
  }
};

/// Operands of one head within rows of Q | K | V that have other heads beside it, and what both directions
/// give.
struct Computed {
  Index ld, out_ld;
  Values qkv, dout;                               // [max(T, S), ld], [T, out_ld]
  Values out, dqkv, maximum, inverse_sum;         // [T, out_ld], [max(T, S), ld], [T], [T]
  std::vector<std::vector<double>> filter, keep;  // [T, S]
};

AttentionHead head_of(const Case& c, const Computed& x) {
  const Scalar scale = Scalar(1) / std::sqrt(static_cast<Scalar>(c.head_dim));
  const Scalar* rows = x.qkv.data() + 1;
  return {c.length,
          c.num_keys(),
          c.head_dim,
          scale,
          c.causal,
          c.window,
          c.slope,
          c.dropout,
          {1, 2, 3, 4, 0},
          {rows, x.ld},
          {rows + c.head_dim, x.ld},
          {rows + 2 * c.head_dim, x.ld},
          c.half};
}

/// The filter as its definition says, in double.
void define_filter(const Case& c, const AttentionHead& head, Computed& x) {
  const Index t = c.length, s = c.num_keys();
  x.filter.assign(at(t), std::vector<double>(at(s)));
  x.keep.assign(at(t), std::vector<double>(at(s), 1));
  for (Index q = 0; q < t; ++q) {
    double sum = 0;
    for (Index k = 0; k < s; ++k) {
      if (!c.sees(q, k)) continue;
      double score = 0;
      for (Index j = 0; j < c.head_dim; ++j)
        score += static_cast<double>(head.query.data[q * x.ld + j]) *
                 static_cast<double>(head.key.data[k * x.ld + j]);
      const double distance = static_cast<double>(std::abs(q - k));
      sum += x.filter[at(q)][at(k)] =
          std::exp(score * static_cast<double>(head.scale) - static_cast<double>(c.slope) * distance);
    }
    for (double& f : x.filter[at(q)]) f /= sum;
  }
  for (Index k = 0; c.dropout > 0 && k < s; ++k) {
    RandomRow row = head.at;
    row.row = static_cast<std::uint32_t>(k);
    Values factors(at(t));
    dropout_factors(1, t, c.dropout, &row, factors.data(), t);
    for (Index q = 0; q < t; ++q) x.keep[at(q)][at(k)] = static_cast<double>(factors[at(q)]);
  }
}

Computed compute(const Case& c, unsigned seed) {
  std::mt19937 generator(seed);
  const Index t = c.length, d = c.head_dim, rows = std::max(t, c.num_keys());
  Computed x{3 * d + 5, d + 3, {}, {}, {}, {}, Values(at(t)), Values(at(t)), {}, {}};
  x.qkv = random_values(generator, rows * x.ld);
  x.dout = random_values(generator, t * x.out_ld);
  x.out.assign(at(t * x.out_ld), 7);
  x.dqkv.assign(at(rows * x.ld), 7);
  // Nothing may be read before it was written.
  Values scratch(at(attention_scratch(c.num_keys(), d)), not_a_number);
  const AttentionHead head = head_of(c, x);
  const FilterSums sums{x.maximum.data(), x.inverse_sum.data()};
  attention_forward(head, x.out.data(), x.out_ld, sums, scratch.data());
  scratch.assign(scratch.size(), not_a_number);
  Scalar* dq = x.dqkv.data() + 1;
  attention_backward(head, {x.out.data(), x.out_ld}, {x.dout.data(), x.out_ld}, sums, {dq, x.ld},
                     {dq + d, x.ld}, {dq + 2 * d, x.ld}, scratch.data());
  define_filter(c, head, x);
  return x;
}

/// Largest |element (i, j) - expected(i, j)| of a [rows, D] matrix; NaN counts as infinite.
template <class Expected>
double difference(Index count, Index d, const Scalar* rows, Index ld, Expected expected) {
  double largest = 0;
  for (Index i = 0; i < count; ++i)
    for (Index j = 0; j < d; ++j) {
      const double one = std::abs(static_cast<double>(rows[i * ld + j]) - expected(i, j));
      largest = std::isnan(one) ? HUGE_VAL : std::max(largest, one);
    }
  return largest;
}

/// dscore = scale filter (keep dfilter - sum over keys of filter keep dfilter), [T, S]
std::vector<std::vector<double>> score_gradients(const Case& c, const AttentionHead& head,
                                                 const Computed& x) {
  std::vector<std::vector<double>> dscore(at(c.length), std::vector<double>(at(c.num_keys())));
  for (Index q = 0; q < c.length; ++q) {
    double mean = 0;
    for (Index k = 0; k < c.num_keys(); ++k) {
      double dfilter = 0;
      for (Index j = 0; j < c.head_dim; ++j)
        dfilter += static_cast<double>(x.dout[at(q * x.out_ld + j)]) *
                   static_cast<double>(head.value.data[k * x.ld + j]);
      dscore[at(q)][at(k)] = dfilter * x.keep[at(q)][at(k)];
      mean += x.filter[at(q)][at(k)] * dscore[at(q)][at(k)];
    }
    for (Index k = 0; k < c.num_keys(); ++k)
      dscore[at(q)][at(k)] =
          static_cast<double>(head.scale) * x.filter[at(q)][at(k)] * (dscore[at(q)][at(k)] - mean);
  }
  return dscore;
}

/// What is shown of a head is its definition, too.
void check_map(const Case& c, const AttentionHead& head, Computed& x) {
  const Index t = c.length, s = c.num_keys();
  Values scores(at(t * s)), map(at(t * s)), scratch(at(attention_scratch(s, c.head_dim)), not_a_number);
  attention_map(head, {x.maximum.data(), x.inverse_sum.data()}, 0, t, scores.data(), map.data(),
                scratch.data());
  for (const Index first : {Index{0}, t / 3, t - 1}) {  // a few queries are the same bits
    const Index count = std::min<Index>(t - first, 70);
    Values some_scores(at(count * s)), some(at(count * s));
    attention_map(head, {x.maximum.data(), x.inverse_sum.data()}, first, count, some_scores.data(),
                  some.data(), scratch.data());
    REQUIRE(same_bits(some.data(), map.data() + first * s, count * s));
    REQUIRE(same_bits(some_scores.data(), scores.data() + first * s, count * s));
  }
  double largest = 0;
  Index wrong = 0;
  for (Index q = 0; q < t; ++q)
    for (Index k = 0; k < s; ++k) {
      const double filter = x.filter[at(q)][at(k)];
      largest = std::max(largest, std::abs(static_cast<double>(map[at(q * s + k)]) - filter));
      wrong += std::isfinite(scores[at(q * s + k)]) != c.sees(q, k);
    }
  CHECK(wrong == 0);
  CHECK(largest < (c.half ? 0.06 : 200 * unit));
}

void check(const Case& c) {
  INFO("T " << c.length << " S " << c.num_keys() << " D " << c.head_dim << " causal " << c.causal
            << " window " << c.window << " slope " << c.slope << " dropout " << c.dropout << " half "
            << c.half);
  Computed x = compute(c, 5);
  const AttentionHead head = head_of(c, x);
  check_map(c, head, x);
  const Index t = c.length, s = c.num_keys(), d = c.head_dim;
  const auto number = [&](const Scalar* data, Index ld, Index i, Index j) {
    return static_cast<double>(data[i * ld + j]);
  };
  // bf16 rounds to 2^-9 of each number; a wrong element would be off by about 1, or by more where many
  // queries share few keys.
  const double many = std::sqrt(std::max(1.0, static_cast<double>(t) / static_cast<double>(s)));
  const double tolerance = c.half ? 0.06 * many : 200 * unit * std::sqrt(static_cast<double>(std::max(t, s)));
  CHECK(difference(t, d, x.out.data(), x.out_ld, [&](Index q, Index j) {
          double sum = 0;
          for (Index k = 0; k < s; ++k)
            sum += x.filter[at(q)][at(k)] * x.keep[at(q)][at(k)] * number(head.value.data, x.ld, k, j);
          return sum;
        }) < tolerance);
  const std::vector<std::vector<double>> dscore = score_gradients(c, head, x);
  const Scalar *dq = x.dqkv.data() + 1, *dk = dq + d, *dv = dk + d;
  CHECK(difference(t, d, dq, x.ld, [&](Index q, Index j) {
          double sum = 0;
          for (Index k = 0; k < s; ++k) sum += dscore[at(q)][at(k)] * number(head.key.data, x.ld, k, j);
          return sum;
        }) < tolerance);
  CHECK(difference(s, d, dk, x.ld, [&](Index k, Index j) {
          double sum = 0;
          for (Index q = 0; q < t; ++q) sum += dscore[at(q)][at(k)] * number(head.query.data, x.ld, q, j);
          return sum;
        }) < tolerance);
  CHECK(difference(s, d, dv, x.ld, [&](Index k, Index j) {
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

TEST_CASE("a window hides what is further away, at every blocking") {
  for (const Index length : {1, 2, 17, 64, 65, 129, 200, 300, 450})
    for (const Index window : {1, 2, 15, 31, 63, 64, 65, 127, 128, 130, 200})
      for (const bool causal : {false, true}) {
        check({length, length % 2 == 0 ? 16 : 5, causal, length % 4 == 1 ? 0.3 : 0.0, false, window});
        if (half_available()) check({length, length % 2 == 0 ? 16 : 48, causal, 0, true, window});
      }
}

TEST_CASE("a window that reaches everything gives the bits of none, forward") {
  for (const Index length : {1, 60, 200})
    for (const bool causal : {false, true}) {
      const Computed none = compute({length, 16, causal, 0.1}, 5);
      const Computed all = compute({length, 16, causal, 0.1, false, length}, 5);
      CHECK(same_bits(none.out.data(), all.out.data(), length * none.out_ld));
    }
}

TEST_CASE("scores fall with distance") {
  for (const Index length : {1, 2, 17, 64, 130, 300})
    for (const Scalar slope : {Scalar(0.5), Scalar(0.00390625)})
      for (const bool causal : {false, true})
        for (const Index window : {0, 20}) {
          check({length, 16, causal, 0.2, false, window, slope});
          if (half_available()) check({length, 32, causal, 0, true, window, slope});
        }
}

TEST_CASE("queries look at keys of another number") {
  for (const Index length : {1, 3, 64, 65, 130, 200})
    for (const Index keys : {1, 2, 17, 64, 65, 128, 129, 300}) {
      check({length, 16, false, 0.2, false, 0, 0, keys});
      check({length, 5, false, 0, false, 0, 0, keys});
      if (half_available()) check({length, 32, false, 0, true, 0, 0, keys});
    }
}

TEST_CASE("scores far apart neither overflow nor give NaN") {
  for (const Index window : {0, 5}) {
    Case c{300, 16, false, 0, false, window};
    Computed x = compute(c, 6);
    for (Scalar& v : x.qkv) v *= 200;
    const AttentionHead head = head_of(c, x);
    Values scratch(at(attention_scratch(c.length, c.head_dim)));
    attention_forward(head, x.out.data(), x.out_ld, {x.maximum.data(), x.inverse_sum.data()}, scratch.data());
    for (Index i = 0; i < c.length; ++i)
      for (Index j = 0; j < c.head_dim; ++j) REQUIRE(std::isfinite(x.out[at(i * x.out_ld + j)]));
  }
}

TEST_CASE("working memory grows with T, not with T x T") {
  REQUIRE(attention_scratch(100000, 16) < 2 * attention_scratch(50000, 16) + 1);
  REQUIRE(attention_scratch(100000, 16) < 100000 * 16 * 7);
}

}  // namespace orochi::kernels
