#include "core/kernels/attention.hpp"
#include "core/kernels/bf16.hpp"
#include "core/kernels/reference/attention.hpp"
#include "core/kernels/reference/dropout.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

struct Case {
  Index length, head_dim;
  bool causal;
  double dropout;
  bool bf16 = false;
  Index window = 0;
  Scalar slope = 0;
  Index keys = 0;  // 0: as many as queries

  Index num_keys() const { return keys > 0 ? keys : length; }
};

/// Operands of one head within rows of Q | K | V that have other heads beside it, and what both directions
/// give.
struct Computed {
  Index ld, out_ld;
  Values qkv, dout;                        // [max(T, S), ld], [T, out_ld]
  Values out, dqkv, maximum, inverse_sum;  // [T, out_ld], [max(T, S), ld], [T], [T]
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
          c.bf16};
}

/// What the reference makes of the same.
struct Exact {
  reference::AttentionOptions options;
  reference::Attention forward;
  reference::AttentionGradients backward;
};

Exact by_reference(const Case& c, const AttentionHead& head, const Computed& x) {
  const Index t = c.length, s = c.num_keys(), d = c.head_dim;
  const reference::AttentionOptions options{static_cast<double>(head.scale), c.causal, c.window,
                                            static_cast<double>(c.slope)};
  const reference::Matrix query(t, d, head.query.data, x.ld), key(s, d, head.key.data, x.ld),
      value(s, d, head.value.data, x.ld), dout(t, d, x.dout.data(), x.out_ld);
  reference::Matrix keep(t, s, 1);
  for (Index k = 0; c.dropout > 0 && k < s; ++k) {
    RandomRow row = head.at;
    row.row = static_cast<std::uint32_t>(k);
    for (Index q = 0; q < t; ++q) keep(q, k) = reference::dropout_factor(c.dropout, row, q);
  }
  return {options, reference::attention(options, query, key, value, keep),
          reference::attention_backward(options, query, key, value, keep, dout)};
}

Computed compute(const Case& c, unsigned seed) {
  std::mt19937 generator(seed);
  const Index t = c.length, d = c.head_dim, rows = std::max(t, c.num_keys());
  Computed x{3 * d + 5, d + 3, {}, {}, {}, {}, Values(at(t)), Values(at(t))};
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
  return x;
}

/// What is shown of a head is its definition, too.
void check_map(const Case& c, const AttentionHead& head, const Exact& exact, Computed& x) {
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
  Index wrong = 0;
  for (Index q = 0; q < t; ++q)
    for (Index k = 0; k < s; ++k) wrong += std::isfinite(scores[at(q * s + k)]) != exact.options.sees(q, k);
  CHECK(wrong == 0);
  CHECK(largest_difference(map, exact.forward.weights) < (c.bf16 ? 0.06 : 200 * unit));
}

void check(const Case& c) {
  INFO("T " << c.length << " S " << c.num_keys() << " D " << c.head_dim << " causal " << c.causal
            << " window " << c.window << " slope " << c.slope << " dropout " << c.dropout << " bf16 "
            << c.bf16);
  Computed x = compute(c, 5);
  const AttentionHead head = head_of(c, x);
  const Exact exact = by_reference(c, head, x);
  check_map(c, head, exact, x);
  const Index t = c.length, s = c.num_keys(), d = c.head_dim;
  // bf16 rounds to 2^-9 of each number; a wrong element would be off by about 1, or by more where many
  // queries share few keys.
  const double many = std::sqrt(std::max(1.0, static_cast<double>(t) / static_cast<double>(s)));
  const double tolerance = c.bf16 ? 0.06 * many : 200 * unit * std::sqrt(static_cast<double>(std::max(t, s)));
  const Scalar* dq = x.dqkv.data() + 1;
  CHECK(largest_difference(x.out.data(), x.out_ld, exact.forward.out) < tolerance);
  CHECK(largest_difference(dq, x.ld, exact.backward.dquery) < tolerance);
  CHECK(largest_difference(dq + d, x.ld, exact.backward.dkey) < tolerance);
  CHECK(largest_difference(dq + 2 * d, x.ld, exact.backward.dvalue) < tolerance);
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
  if (!bf16_available()) return;
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
        if (bf16_available()) check({length, length % 2 == 0 ? 16 : 48, causal, 0, true, window});
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
          if (bf16_available()) check({length, 32, causal, 0, true, window, slope});
        }
}

TEST_CASE("queries look at keys of another number") {
  for (const Index length : {1, 3, 64, 65, 130, 200})
    for (const Index keys : {1, 2, 17, 64, 65, 128, 129, 300}) {
      check({length, 16, false, 0.2, false, 0, 0, keys});
      check({length, 5, false, 0, false, 0, 0, keys});
      if (bf16_available()) check({length, 32, false, 0, true, 0, 0, keys});
    }
}

TEST_CASE("attention of random shapes and options equals the reference") {
  std::mt19937 generator(9);
  const auto below = [&](Index n) { return static_cast<Index>(generator() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 60; ++round) {
    const bool other_keys = below(4) == 0, bf16 = bf16_available() && below(3) == 0;
    Case c{1 + below(260), bf16 ? 16 * (1 + below(4)) : 1 + below(70), false, below(2) == 0 ? 0.0 : 0.2};
    c.bf16 = bf16;
    if (other_keys) {
      c.keys = 1 + below(260);
    } else {
      c.causal = below(2) == 0;
      c.window = below(2) * below(300);
      c.slope = static_cast<Scalar>(below(2)) / 8;
    }
    check(c);
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
