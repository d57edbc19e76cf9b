// What attention's tests of gradients and golden values do not say: slopes, distances, and two batches.
#include <cmath>
#include <functional>
#include <random>

#include <orochi/cross_attention.hpp>
#include <orochi/error.hpp>
#include <orochi/gradient_check.hpp>
#include <orochi/rotary.hpp>

#include "catch.hpp"
#include "layers/embedding.hpp"

using namespace orochi;

namespace {

/// A packed batch of sequences of these lengths.
struct Lengths {
  explicit Lengths(const std::vector<Index>& lengths) {
    for (const Index length : lengths) offsets.push_back(offsets.back() + length);
    for (std::size_t b = 0; b < lengths.size(); ++b) samples.push_back(static_cast<std::uint32_t>(b));
    batch.offsets = offsets;
    batch.samples = samples;
  }
  std::vector<Index> offsets{0};       // [B + 1]
  std::vector<std::uint32_t> samples;  // [B]
  Batch batch;
};

/// A tape without parameters.
struct Bare {
  Bare() : tape((parameters.allocate(), parameters), "eigen"), gradients(parameters) {
    tape.begin(Mode::train, &gradients, {1, 2});
  }
  Var random(Index rows, Index cols) {
    Var x = tape.input(rows, cols, true);
    for (Index i = 0; i < rows * cols; ++i) x.data()[i] = static_cast<Scalar>(normal(generator));
    return x;
  }
  Parameters parameters;
  Tape tape;
  Gradients gradients;
  std::mt19937 generator{4};
  std::normal_distribution<double> normal;
};

std::string complaint_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Cross attention between a batch and itself with one row more a sequence: to it, or from it, of which the
/// mean is taken.
class Looking : public Layer {
 public:
  Looking(Builder& builder, bool to_longer)
      : token_(builder),
        cross_(builder, "cross", to_longer ? source_width : 0),
        mean_(builder.layer("mean", "mean")),
        to_longer_(to_longer) {
    if (to_longer) narrow_ = builder.weight("narrow", source_width, builder.width());
  }
  Rows forward(const Rows& x) const override {
    const Rows longer = token_.forward(x);  // [N + B, C]
    if (to_longer_)
      return x.with(cross_.forward(x.values, x.batch, linear(longer.values, narrow_), longer.batch));
    return mean_->forward(longer.with(cross_.forward(longer.values, longer.batch, x.values, x.batch)));
  }

 private:
  static constexpr Index source_width = 5;
  ClassToken token_;
  CrossAttention cross_;
  std::unique_ptr<Layer> mean_;
  Parameter narrow_;  // [5, C]
  bool to_longer_;
};

}  // namespace

TEST_CASE("ALiBi's slopes are those of the paper's code") {
  for (Index h = 0; h < 8; ++h) CHECK(alibi_slope(h, 8) == std::exp2(-static_cast<double>(h + 1)));
  for (Index h = 0; h < 4; ++h) CHECK(alibi_slope(8 + h, 12) == std::exp2(-0.5 - static_cast<double>(h)));
  CHECK(alibi_slope(7, 12) == std::exp2(-8));
  CHECK(alibi_slope(0, 1) == std::exp2(-8));
  CHECK(alibi_slope(2, 3) == std::exp2(-2));
  CHECK(alibi_slope(0, 16) == std::exp2(-0.5));
}

TEST_CASE("what turned queries and keys give depends on their distance alone") {
  Bare bare;
  const Index heads = 2, d = 6, width = heads * d;
  const Lengths lengths({30, 1, 9});
  Var qkv = bare.random(40, 3 * width);
  for (Index i = 1; i < 40; ++i) qkv.value().row(i) = qkv.value().row(0);
  const Rotary rotary(30, d);
  Var y = rotary.turn(qkv, heads, lengths.batch);
  const auto product = [&](Index q, Index k) {
    return y.value().row(q).segment(d, d).dot(y.value().row(k).segment(width + d, d));
  };
  CHECK(std::abs(product(5, 3) - product(29, 27)) < 1e-12);
  CHECK(std::abs(product(3, 5) - product(7, 9)) < 1e-12);
  CHECK(std::abs(product(32, 34) - product(7, 9)) < 1e-12);  // places start anew in the third sequence
  CHECK(std::abs(product(5, 3) - product(5, 4)) > 1e-3);
  CHECK(std::abs(product(5, 3) - product(3, 5)) > 1e-3);
  for (Index i = 0; i < 40; ++i)
    CHECK(y.value().row(i).tail(width) == qkv.value().row(i).tail(width));  // values stay
  CHECK(y.value().row(0) == qkv.value().row(0));
  CHECK(y.value().row(30) == qkv.value().row(30));
}

TEST_CASE("rotary positions say what they cannot do") {
  CHECK(complaint_of([] { Rotary(10, 5); }) ==
        "rotary positions turn pairs of columns, but a head has 5; allowed: an even head_dim");
  Bare bare;
  const Lengths lengths({3, 11});
  const Rotary rotary(10, 2);
  CHECK(complaint_of([&] { rotary.turn(bare.random(14, 6), 1, lengths.batch); }) ==
        "a sequence has 11 rows, but the model has positions for 10; raise data.max_length and train again");
}

TEST_CASE("cross attention of a batch to itself is self-attention, bit for bit") {
  Bare bare;
  const Index heads = 2, d = 5, width = heads * d;
  const Lengths lengths({150, 3, 70, 1});
  const Index n = 224;
  Var qkv = bare.random(n, 3 * width), query = bare.tape.input(n, width, true),
      key_value = bare.tape.input(n, 2 * width, true);
  query.value() = qkv.value().leftCols(width);
  key_value.value() = qkv.value().rightCols(2 * width);
  AttentionOptions options;
  options.num_heads = heads, options.head_dim = d, options.dropout = 0.2;
  Var one = attention(qkv, options, lengths.batch);
  Var two = cross_attention(query, lengths.batch, key_value, lengths.batch, options);
  CHECK(one.value() == two.value());
  const Var dy = bare.random(n, width);
  one.add_grad(dy.value());
  two.add_grad(dy.value());
  bare.tape.backward();
  CHECK(qkv.grad().leftCols(width) == query.grad());
  CHECK(qkv.grad().rightCols(2 * width) == key_value.grad());
}

TEST_CASE("cross attention's gradients agree with central differences") {
  Layers registry = builtin_layers();
  for (const bool to_longer : {true, false}) {
    const std::string name = to_longer ? "to_longer" : "from_longer";
    registry.add({name, to_longer ? Role::rows : Role::pooling, "cross attention",
                  [=](Builder& builder) { return std::make_unique<Looking>(builder, to_longer); }});
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const GradientCheck check = check_gradients(*registry.find(name), registry, seed).front();
      INFO(name << " seed " << seed << ": " << check.difference << " at " << check.worst);
      CHECK(check.passed());
      CHECK(check.tried >= 200);
    }
  }
}

TEST_CASE("cross attention says what it cannot do") {
  Bare bare;
  const Lengths three({2, 1, 3}), four({1, 2, 1, 2}), gap({2, 0, 4});
  Var query = bare.random(6, 4), key_value = bare.random(6, 8);
  HeadOptions options;
  options.num_heads = 2, options.head_dim = 2;
  const auto complaint = [&](Var q, const Lengths& queries, Var kv, const Lengths& sources) {
    return complaint_of([&] { cross_attention(q, queries.batch, kv, sources.batch, options); });
  };
  CHECK(complaint(query, three, key_value, three) == "");
  CHECK(complaint(query, three, key_value, four) ==
        "cross attention: the queries are of 3 sequences, the keys and values of 4; allowed: as many");
  CHECK(complaint(query, three, key_value, gap) ==
        "cross attention: sequence 1 of the keys and values has no rows; allowed: 1 or more");
  CHECK(complaint(query, gap, key_value, three) ==
        "cross attention: sequence 1 of the queries has no rows; allowed: 1 or more");
  CHECK(complaint(key_value, three, key_value, three) ==
        "cross attention: the queries are [6, 8]; by their batch and the heads they should be [6, 4]");
  CHECK(
      complaint(query, three, bare.random(5, 8), three) ==
      "cross attention: the keys and values are [5, 8]; by their batch and the heads they should be [6, 8]");
}
