// What does not fit is an error that says what was expected and what was found: never a crash, in any build.
#include <orochi/error.hpp>
#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// A tape, two sequences of 2 and 1 rows, and parameters of several shapes.
struct Place {
  Place() {
    weight = add("weight", {5, 4}, Use::product);
    vector = add("vector", {5}, Use::vector);
    table = add("table", {7, 4}, Use::lookup);
    parameters.allocate();
    gradients = std::make_unique<Gradients>(parameters);
    tape = std::make_unique<Tape>(parameters);
    tape->begin(Mode::train, gradients.get(), {});
    batch.offsets = offsets;
    batch.samples = samples;
  }
  Parameter add(const std::string& name, std::vector<Index> shape, Use use) {
    return parameters.add(std::vector<std::string>{name}, std::move(shape), Init::ones(), use);
  }
  Var rows(Index n, Index c) const {
    Var x = tape->input(n, c, true);
    x.value().setOnes();
    return x;
  }

  Parameters parameters;
  Parameter weight, vector, table;
  std::unique_ptr<Gradients> gradients;
  std::unique_ptr<Tape> tape;
  std::vector<Index> offsets{0, 2, 3};
  std::vector<std::uint32_t> samples{4, 9};
  Batch batch;
};

}  // namespace

TEST_CASE("shapes that do not fit are named, with what was expected") {
  Place p;
  const Var x = p.rows(3, 4);
  CHECK_THROWS_WITH(add(x, p.rows(3, 5)),
                    Contains("[add] expected two of one shape") && Contains("[3, 4] and [3, 5]"));
  CHECK_THROWS_WITH(subtract(x, p.rows(2, 4)), Contains("[subtract]") && Contains("[2, 4]"));
  CHECK_THROWS_WITH(multiply(p.rows(1, 4), x), Contains("[multiply]"));
  CHECK_THROWS_WITH(divide(x, p.rows(4, 3)), Contains("[divide]"));
  CHECK_THROWS_WITH(slice_columns(x, 2, 3),
                    "[slice_columns] expected one column or more of 4, found 3 from column 2 on");
  CHECK_THROWS_WITH(slice_columns(x, -1, 2), Contains("[slice_columns]"));
  CHECK_THROWS_WITH(concat_columns({x, p.rows(2, 4)}),
                    "[concat_columns] expected parts of 3 rows, found [2, 4]");
  CHECK_THROWS_WITH(concat_columns(std::span<const Var>{}),
                    Contains("[concat_columns] expected one part or more"));
  CHECK_THROWS_WITH(matmul(x, p.rows(3, 4)), Contains("[matmul]") && Contains("[3, 4] and [3, 4]"));
  CHECK_THROWS_WITH(matmul(x, p.rows(4, 3), Transpose::first), Contains("[matmul]"));
  CHECK_THROWS_WITH(matmul(x, p.rows(4, 3), Transpose::second), Contains("[matmul]"));
  CHECK_THROWS_WITH(matmul_per_sequence(x, p.rows(7, 4), p.batch),
                    Contains("a block of rows for each of 2 sequences"));
  CHECK_THROWS_WITH(matmul_per_sequence(x, p.rows(6, 4), p.batch),
                    Contains("as many numbers to sum in both"));
  CHECK_THROWS_WITH(matmul_per_sequence(x, p.rows(2, 4), p.batch, Transpose::first),
                    Contains("the batch's 3 rows"));
  CHECK_THROWS_WITH(repeat_per_sequence(x, p.batch), Contains("a row for each of 2 sequences, found [3, 4]"));
  CHECK_THROWS_WITH(linear(p.rows(3, 6), p.weight),
                    "[linear] expected 4 columns, as the weight has, found [3, 6]");
  CHECK_THROWS_WITH(linear(x, p.weight, &p.weight),
                    Contains("[linear] expected a bias of 5 numbers, found 20"));
  Epilogue epilogue;
  epilogue.residual = &x;
  CHECK_THROWS_WITH(linear(x, p.weight, nullptr, epilogue, p.batch),
                    Contains("[linear] expected a residual of [3, 5]"));
  CHECK_THROWS_WITH(layer_norm(x, p.vector, p.vector, 1e-5), Contains("[layer_norm] expected 5 columns"));
  CHECK_THROWS_WITH(rms_norm(x, p.vector, 1e-5), Contains("[rms_norm] expected 5 columns"));
  CHECK_THROWS_WITH(attention(x, {}, p.batch), Contains("[attention] expected 3 columns"));
  const std::vector<std::int32_t> labels{0, 4, 1}, two{0, 1};
  CHECK_THROWS_WITH(cross_entropy(x, labels, {}), "[cross_entropy] expected labels from 0 to 3, found 4");
  CHECK_THROWS_WITH(cross_entropy(x, two, {}), Contains("[cross_entropy] expected 3 labels"));
}

TEST_CASE("rows that are not the batch's are an error of every operation on sequences") {
  Place p;
  const Var x = p.rows(4, 4);
  const std::string expected = "expected the batch's 3 rows, found [4, 4]";
  const std::vector<std::int32_t> places(4, 0);
  CHECK_THROWS_WITH(sum_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(mean_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(max_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(first_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(last_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(shift_per_sequence(x, 1, p.batch), Contains(expected));
  CHECK_THROWS_WITH(gather_per_sequence(x, places, p.batch), Contains(expected));
  CHECK_THROWS_WITH(dropout(x, 0.5, 0, p.batch), Contains(expected));
  CHECK_THROWS_WITH(attention(x, {}, p.batch), Contains(expected));
}

TEST_CASE("an empty sequence has a sum, a shift and products, but no mean, maximum or first row") {
  Place p;
  p.offsets = {0, 2, 2, 3};
  p.batch.offsets = p.offsets;
  const Var x = p.rows(3, 4);
  const std::string expected = "expected sequences of one row or more, found 0 rows in sequence 1";
  CHECK_THROWS_WITH(mean_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(max_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(first_per_sequence(x, p.batch), Contains(expected));
  CHECK_THROWS_WITH(last_per_sequence(x, p.batch), Contains(expected));
  const Var sums = sum_per_sequence(x, p.batch);
  CHECK(sums.value().col(0) == (RowMatrix(3, 1) << 2, 0, 1).finished());
  const Var states = matmul_per_sequence(x, x, p.batch, Transpose::first);  // [3 * 4, 4]
  CHECK(states.value().middleRows(4, 4).isZero(0));
  const Var y = matmul_per_sequence(shift_per_sequence(x, 1, p.batch), states, p.batch);
  y.add_grad(RowMatrix::Ones(3, 4));
  p.tape->backward();
  CHECK(y.value().row(0).isZero(0));
  CHECK(y.value()(1, 0) == 8);
}

TEST_CASE("tokens and places out of range are named with their row") {
  Place p;
  const std::vector<std::int32_t> tokens{0, 7, 1}, negative{-1};
  CHECK_THROWS_WITH(embedding(*p.tape, p.table, tokens),
                    "[embedding] expected tokens from 0 to 6, found 7 in row 1");
  CHECK_THROWS_WITH(embedding(*p.tape, p.table, negative), Contains("found -1 in row 0"));
  const Var x = p.rows(3, 4);
  const std::vector<std::int32_t> beyond{0, 1, 1}, below{0, -2, 0}, two{0, 0};
  CHECK_THROWS_WITH(gather_per_sequence(x, beyond, p.batch),
                    Contains("positions from -1 to 0 in sequence 1, found 1"));
  CHECK_THROWS_WITH(gather_per_sequence(x, below, p.batch), Contains("found -2"));
  CHECK_THROWS_WITH(gather_per_sequence(x, two, p.batch), Contains("3 positions, one a row, found 2"));
}

TEST_CASE("a batch without sample numbers is an error where dropout counts by them, and only there") {
  Place p;
  p.batch.samples = {};
  const Var x = p.rows(3, 4);
  const std::string expected = "expected a sample number for each of the batch's 2 sequences, found 0";
  CHECK_THROWS_WITH(dropout(x, 0.5, 0, p.batch), "[dropout] " + expected);
  Epilogue epilogue;
  epilogue.dropout = 0.5;
  CHECK_THROWS_WITH(linear(x, p.weight, nullptr, epilogue, p.batch), Contains(expected));
  CHECK_THROWS_WITH(linear(x, p.weight, nullptr, epilogue, {}),
                    Contains("[dropout] expected the batch's 0 rows"));
  AttentionOptions options;
  options.dropout = 0.5;
  CHECK_THROWS_WITH(attention(p.rows(3, 3), options, p.batch), "[attention] " + expected);
  CHECK_THROWS_WITH(dropout(x, 1, 0, p.batch),
                    Contains("[dropout] expected a probability of 0 or more, below 1"));
  CHECK_NOTHROW(dropout(x, 0, 0, p.batch));
  p.tape->begin(Mode::infer, nullptr, {});
  CHECK_NOTHROW(dropout(p.rows(3, 4), 0.5, 0, p.batch));
  CHECK_NOTHROW(attention(p.rows(3, 3), options, p.batch));
  p.tape->begin(Mode::train, p.gradients.get(), {});
  const Var y = attention(p.rows(3, 3), {}, p.batch);
  y.add_grad(RowMatrix::Ones(3, 1));
  CHECK_NOTHROW(p.tape->backward());
}

TEST_CASE("a parameter that nobody added, or of the other kind, is an error") {
  Place p;
  CHECK_THROWS_WITH(p.tape->value(Parameter{}), Contains("[parameter] expected one that was added"));
  CHECK_THROWS_WITH(linear(p.rows(3, 0), Parameter{}), Contains("[parameter]"));
  CHECK_THROWS_WITH(parameter(*p.tape, p.table), Contains("[parameter] expected a dense parameter"));
  CHECK_THROWS_WITH(p.tape->grad_target(p.table), Contains("[gradient] expected a dense parameter"));
  const std::vector<std::int32_t> ids{0};
  const std::vector<Scalar> row(5);
  CHECK_THROWS_WITH(p.tape->add_grad_rows(p.vector, ids, row.data()), Contains("[gradient]"));
  Parameters unready;
  const Parameter early = unready.add(std::vector<std::string>{"early"}, {2}, Init::ones(), Use::vector);
  CHECK_THROWS_WITH(unready.value(early), Contains("[parameter]"));
}

TEST_CASE("two tapes, or a tape that trains without gradients, are errors") {
  Place p, q;
  CHECK_THROWS_WITH(add(p.rows(3, 4), q.rows(3, 4)), "[add] expected Vars of one tape, found two tapes");
  CHECK_THROWS_WITH(matmul(p.rows(3, 4), q.rows(4, 2)), Contains("[matmul] expected Vars of one tape"));
  CHECK_THROWS_WITH(concat_columns({p.rows(3, 4), q.rows(3, 4)}), Contains("expected Vars of one tape"));
  CHECK_THROWS_WITH(p.tape->begin(Mode::train, nullptr, {}), Contains("[tape] expected gradients to train"));
}
