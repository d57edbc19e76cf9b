// check-layer refuses every kind of planted error, each with its own message, and lets good layers pass.
#include <algorithm>

#include <orochi/gradient_check.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// The errors that a layer can have; `none` is the same layer without one.
enum class Planted {
  none,
  wrong_factor,           // d x is 1.5 d y
  forgotten_parameter,    // d gain is never added
  leak,                   // a sequence's first row gets the last one of the sequence before, there and back
  overwritten_x,          // d x = ..., not +=
  overwritten_parameter,  // d gain = ..., not +=
  other_inference,        // half of it in inference
  unwritten_row,          // the last row of the result
  unwritten_gradient,     // the last row of d x
  wrong_shape,            // of d x
  offsets_as_rows,        // batch.offsets[b] for batch.first_row(b)
  not_finite,             // log of a negative number
};

/// y[t] = gain x[t] + x[t - 1] within a sequence, [N, C] -> [N, C], with one error.
template <Planted planted>
class Faulty : public Layer {
 public:
  explicit Faulty(Builder& builder) : gain_(builder.vector("gain", builder.width(), Init::ones())) {}

  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    const Batch batch = rows.batch;
    Tape& tape = x.tape();
    const ConstMatrixMap gain = tape.value(gain_);  // [1, C]
    Var y = tape.result(x.rows(), x.cols());        // [N, C]
    const Index written = y.rows() - is(Planted::unwritten_row);
    for (Index t = 0; t < written; ++t) y.value().row(t) = gain.row(0).cwiseProduct(x.value().row(t));
    for_pairs(batch, [&](Index t) { y.value().row(t) += x.value().row(t - 1); });
    if (is(Planted::not_finite)) y.value().row(0) = y.value().row(0).array().log();
    if (is(Planted::other_inference) && !tape.training()) y.value() *= Scalar(0.5);
    y.pullback([=, this] { backward(y.tape(), x, y, batch); });
    return rows.with(y);
  }

 private:
  static constexpr bool is(Planted error) { return planted == error; }

  /// Every row that the row before it is added to.
  template <class Function>
  static void for_pairs(const Batch& batch, const Function& function) {
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      const Index first =
          is(Planted::offsets_as_rows) ? batch.offsets[static_cast<std::size_t>(b)] : batch.first_row(b);
      const Index from = is(Planted::leak) && b > 0 ? first : first + 1;
      const Index end = std::min(first + batch.length(b), batch.num_rows());  // not out of memory
      for (Index t = from; t < end; ++t) function(t);
    }
  }

  void backward(Tape& tape, Var x, Var y, const Batch& batch) const {
    const ConstMatrixMap gain = tape.value(gain_);  // [1, C]
    if (is(Planted::wrong_shape)) return x.add_grad(y.grad().topRows(y.rows() - 1));
    const Scalar factor = is(Planted::wrong_factor) ? Scalar(1.5) : Scalar(1);
    const Index written = y.rows() - is(Planted::unwritten_gradient);
    const bool raw = is(Planted::overwritten_x) || is(Planted::unwritten_gradient);
    const GradientTarget target = x.grad_target();
    MatrixMap dx(target.data, x.rows(), x.cols());  // [N, C]
    if (is(Planted::overwritten_x) || !target.accumulate) dx.topRows(raw ? written : dx.rows()).setZero();
    for (Index t = 0; t < written; ++t) dx.row(t) += factor * gain.row(0).cwiseProduct(y.grad().row(t));
    for_pairs(batch, [&](Index t) { dx.row(t - 1) += y.grad().row(t); });
    if (is(Planted::forgotten_parameter)) return;
    const RowMatrix dgain = x.value().cwiseProduct(y.grad()).colwise().sum();  // [1, C]
    if (is(Planted::overwritten_parameter))
      MatrixMap(tape.grad_target(gain_).data, 1, gain_.cols) = dgain;
    else
      tape.add_grad(gain_, dgain);
  }

  Parameter gain_;  // [C]
};

template <Planted planted>
GradientCheck check(std::uint64_t seed = 1) {
  Layers registry;
  registry.add<Faulty<planted>>("faulty", Role::rows, "one error");
  return check_gradients(*registry.find("faulty"), registry, seed).front();
}

/// The first line of what a faulty layer gets; it is refused.
template <Planted planted>
std::string error() {
  for (std::uint64_t seed = 2; seed <= 4; ++seed) CHECK_FALSE(check<planted>(seed).passed());
  const GradientCheck result = check<planted>();
  REQUIRE_FALSE(result.passed());
  CHECK_THAT(result.errors.front(), catch_matchers::StartsWith("[faulty] "));
  CHECK(result.errors.front().find('\n') == std::string::npos);
  return result.errors.front();
}

}  // namespace

TEST_CASE("the layer without an error passes") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const GradientCheck good = check<Planted::none>(seed);
    CHECK(good.errors == std::vector<std::string>{});
    CHECK(good.note.empty());
    CHECK(good.tried >= 60);
  }
}

TEST_CASE("a wrong derivative is refused with both numbers") {
  CHECK_THAT(error<Planted::wrong_factor>(), Contains("the gradient of x[") &&
                                                 Contains("by central differences; found ") &&
                                                 Contains("correct the pullback"));
  CHECK_THAT(error<Planted::forgotten_parameter>(),
             Contains("the gradient of layer.gain[") && Contains("; found 0; "));
}

TEST_CASE("what leaks from one sequence into the next is refused, although its gradient is right") {
  CHECK_THAT(error<Planted::leak>(), Contains("sequence 1 alone should give the whole batch's result") &&
                                         Contains("at its row 0, column 0; found "));
  CHECK(check<Planted::leak>().difference <= check<Planted::leak>().tolerance);
}

TEST_CASE("a gradient that is assigned, not added, is refused") {
  CHECK_THAT(error<Planted::overwritten_x>(),
             Contains("two uses of x should add up") && Contains("add to a gradient"));
  CHECK_THAT(error<Planted::overwritten_parameter>(), Contains("two uses of the layer should add up") &&
                                                          Contains("the gradient of layer.gain[0]") &&
                                                          Contains("add to a gradient"));
}

TEST_CASE("inference that is not training without dropout is refused") {
  CHECK_THAT(error<Planted::other_inference>(),
             Contains("inference should give what training gives without dropout"));
}

TEST_CASE("a row that nobody writes is refused") {
  CHECK_THAT(error<Planted::unwritten_row>(), Contains("column 0 of the result should be written; found what "
                                                       "the memory held before"));
  CHECK_THAT(error<Planted::unwritten_gradient>(),
             Contains("column 0 of the gradient of x should be written"));
  CHECK_THAT(error<Planted::not_finite>(), Contains("of the result should be a finite number; found"));
}

TEST_CASE("a gradient of another shape is refused with both shapes") {
  const GradientCheck result = check<Planted::wrong_shape>();
  REQUIRE(result.errors.size() == 1);
  CHECK_THAT(result.errors.front(), Contains("expected a gradient of shape [") && Contains(", 8], found ["));
}

TEST_CASE("a layer that takes a chunk's offsets for rows is refused") {
  CHECK_THAT(error<Planted::offsets_as_rows>(),
             Contains("a chunk from sequence ") && Contains("take batch.first_row(b) for batch.offsets[b]"));
}

TEST_CASE("every built-in layer passes in every setting") {
  const Layers registry = builtin_layers();
  for (const LayerEntry& entry : registry.entries())
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      for (const GradientCheck& result : check_gradients(entry, registry, seed)) {
        INFO(result.title() << ", seed " << seed);
        CHECK(result.errors == std::vector<std::string>{});
        CHECK(result.note.empty());
      }
}

namespace {

/// Dropout with an option's p, or with one that no option names.
class Dropping : public Layer {
 public:
  explicit Dropping(Builder& builder)
      : p_(builder.number("row_dropout") + builder.number("p")), stream_(builder.random_streams()) {}
  Rows forward(const Rows& x) const override { return x.with(dropout(x.values, p_, stream_, x.batch)); }

 private:
  double p_;
  std::uint32_t stream_;
};

}  // namespace

TEST_CASE(
    "inference is compared without dropout, by a layer's options too, and a note says where it is not") {
  for (const auto& [option, p] : {std::pair{0.3, 0.0}, std::pair{0.0, 0.3}}) {
    Layers registry;
    registry.add<Dropping>("dropping", Role::rows, "dropout", {{"row_dropout", option}, {"p", p}});
    const GradientCheck result = check_gradients(*registry.find("dropping"), registry, 1).front();
    CHECK(result.errors == std::vector<std::string>{});
    CHECK(result.note.empty() == (p == 0));
  }
}
