// Values and gradients of operations from PyTorch (scripts/make_golden_operations.py).
#include <orochi/ops.hpp>

#include "catch.hpp"
#include "golden_operations.hpp"

using namespace orochi;

namespace {

using Vars = std::vector<Var>;
using Values = std::function<Var(const Vars&)>;
using NamedValues = std::vector<std::pair<std::string, Values>>;

constexpr Index offsets[] = {0, 3, 4, 11, 13};  // LENGTHS of the script

Batch sequences() {
  Batch batch;
  batch.offsets = offsets;
  return batch;
}

NamedValues plain() {
  return {
      {"relu", [](const Vars& v) { return relu(v[0]); }},
      {"gelu", [](const Vars& v) { return gelu(v[0]); }},
      {"gelu_tanh", [](const Vars& v) { return gelu_tanh(v[0]); }},
      {"silu", [](const Vars& v) { return silu(v[0]); }},
      {"elu", [](const Vars& v) { return elu(v[0]); }},
      {"exp", [](const Vars& v) { return exp(v[0]); }},
      {"log", [](const Vars& v) { return log(v[0]); }},
      {"sigmoid", [](const Vars& v) { return sigmoid(v[0]); }},
      {"tanh", [](const Vars& v) { return tanh(v[0]); }},
      {"softmax", [](const Vars& v) { return softmax(v[0]); }},
      {"sum_columns", [](const Vars& v) { return sum_columns(v[0]); }},
      {"sum_rows", [](const Vars& v) { return sum_rows(v[0]); }},
      {"slice_columns", [](const Vars& v) { return slice_columns(v[0], 2, 3); }},
      {"concat_columns", [](const Vars& v) { return concat_columns(v); }},
      {"matmul", [](const Vars& v) { return matmul(v[0], v[1]); }},
      {"matmul first", [](const Vars& v) { return matmul(v[0], v[1], Transpose::first); }},
      {"matmul second", [](const Vars& v) { return matmul(v[0], v[1], Transpose::second); }},
  };
}

NamedValues by_sequence() {
  return {
      {"sum_per_sequence", [](const Vars& v) { return sum_per_sequence(v[0], sequences()); }},
      {"mean_per_sequence", [](const Vars& v) { return mean_per_sequence(v[0], sequences()); }},
      {"max_per_sequence", [](const Vars& v) { return max_per_sequence(v[0], sequences()); }},
      {"first_per_sequence", [](const Vars& v) { return first_per_sequence(v[0], sequences()); }},
      {"last_per_sequence", [](const Vars& v) { return last_per_sequence(v[0], sequences()); }},
      {"repeat_per_sequence", [](const Vars& v) { return repeat_per_sequence(v[0], sequences()); }},
      {"shift_per_sequence 2", [](const Vars& v) { return shift_per_sequence(v[0], 2, sequences()); }},
      {"shift_per_sequence -1", [](const Vars& v) { return shift_per_sequence(v[0], -1, sequences()); }},
      {"matmul_per_sequence", [](const Vars& v) { return matmul_per_sequence(v[0], v[1], sequences()); }},
      {"matmul_per_sequence first",
       [](const Vars& v) { return matmul_per_sequence(v[0], v[1], sequences(), Transpose::first); }},
      {"matmul_per_sequence second",
       [](const Vars& v) { return matmul_per_sequence(v[0], v[1], sequences(), Transpose::second); }},
  };
}

/// Linear attention (Katharopoulos et al. 2020) of one head.
Var linear_attention(const Vars& v) {
  const Batch batch = sequences();
  const Var q = add(elu(v[0]), 1), k = add(elu(v[1]), 1);                               // [N, D]
  const Var state = matmul_per_sequence(k, v[2], batch, Transpose::first);              // [B D, D]
  const Var sums = repeat_per_sequence(sum_per_sequence(k, batch), batch);              // [N, D]
  return divide(matmul_per_sequence(q, state, batch), sum_columns(multiply(q, sums)));  // [N, D]
}

}  // namespace

TEST_CASE("operations' values and gradients are PyTorch's") {
  for (const NamedValues& list : {plain(), by_sequence()})
    for (const auto& [name, operation] : list) {
      INFO(name);
      GoldenOperation(name).check(operation);
    }
}

TEST_CASE("sums, differences, products and quotients with a row, a column and a number are PyTorch's") {
  const std::vector<std::pair<std::string, Var (*)(Var, Var)>> operations{
      {"add", add}, {"subtract", subtract}, {"multiply", multiply}, {"divide", divide}};
  for (const auto& [name, operation] : operations)
    for (const char* kind : {"", " row", " column", " number"}) {
      INFO(name << kind);
      GoldenOperation(name + kind).check([f = operation](const Vars& v) { return f(v[0], v[1]); });
    }
}

TEST_CASE("rows taken by their places within sequences are PyTorch's") {
  const GoldenOperation golden("gather_per_sequence");
  const auto places = golden.read_as<std::int32_t>("places");
  golden.check([&](const Vars& v) { return gather_per_sequence(v[0], places, sequences()); });
}

TEST_CASE("linear attention that is composed is PyTorch's") {
  GoldenOperation("linear_attention").check(linear_attention);
}

TEST_CASE("an embedding's rows and gradients are PyTorch's, in a table of either kind") {
  const GoldenOperation golden("embedding");
  const auto tokens = golden.read_as<std::int32_t>("tokens");
  const auto table = golden.read_as<Scalar>("in0"), dy = golden.read_as<Scalar>("dout");
  const auto out = golden.read_as<double>("out"), dtable = golden.read_as<double>("din0");
  for (const Use use : {Use::table, Use::lookup}) {
    Parameters parameters;
    const std::vector<std::string> names{"table"};
    const Parameter p = parameters.add(names, {6, 4}, Init::zeros(), use);
    parameters.allocate();
    std::copy(table.begin(), table.end(), parameters.data() + parameters.offset(p));
    Gradients gradients(parameters);
    Tape tape(parameters);
    tape.begin(Mode::train, &gradients, {});
    const Var y = embedding(tape, p, tokens);
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(y.data()[i] == static_cast<Scalar>(out[i]));
    y.add_grad(ConstMatrixMap(dy.data(), y.rows(), y.cols()));
    tape.backward();
    const std::vector<Scalar> found = GradientSum(parameters, {&gradients}).flat();
    for (std::size_t i = 0; i < dtable.size(); ++i)
      CHECK(std::abs(static_cast<double>(found[i]) - dtable[i]) < 4 * golden_tolerance);
  }
}

TEST_CASE("a parameter as a Var has its value and gets its gradient, added where there is one") {
  Parameters parameters;
  const std::vector<std::string> names{"row"};
  const Parameter p = parameters.add(names, {3}, Init::ones(), Use::vector);
  parameters.allocate();
  parameters.initialize(1);
  Gradients gradients(parameters);
  Tape tape(parameters);
  tape.begin(Mode::train, &gradients, {});
  const Var x = tape.input(2, 3, true);
  x.value() << 1, 2, 3, 4, 5, 6;
  const Var y = add(multiply(x, parameter(tape, p)), parameter(tape, p));
  CHECK(y.value() == RowMatrix(x.value().array() + 1));
  y.add_grad(RowMatrix::Ones(2, 3));
  tape.backward();
  const std::vector<Scalar> found = GradientSum(parameters, {&gradients}).flat();
  CHECK(std::vector<Scalar>(found.begin(), found.begin() + 3) == std::vector<Scalar>{7, 9, 11});
}
