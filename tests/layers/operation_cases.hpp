// The operations on Vars, one line each: what tests of gradients, of memory and of neighbors go through.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <orochi/ops.hpp>

namespace orochi {

/// What the rows of an input or of a result are.
enum class Kind {
  rows,       // one a row of the batch: [N, C]
  sequences,  // one a sequence: [B, C]
  blocks,     // C a sequence: [B C, C']
  shared,     // the same for all: a row or a number
};

struct OperationInput {
  Kind kind;
  Index rows, cols;  // rows: of a sequence, of a block, or in all
  bool positive = false;
};

struct OperationCase {
  std::string name;
  std::vector<OperationInput> inputs;
  Kind result;
  std::function<Var(const std::vector<Var>&, const Batch&)> run;
};

using Vars = std::vector<Var>;

inline std::vector<OperationCase> operation_cases() {
  const OperationInput wide{Kind::rows, 1, 37}, narrow{Kind::rows, 1, 19}, row{Kind::shared, 1, 37},
      column{Kind::rows, 1, 1}, number{Kind::shared, 1, 1}, each{Kind::sequences, 1, 37},
      blocks{Kind::blocks, 37, 19}, turned{Kind::blocks, 19, 37};
  const auto positive = [](OperationInput input) {
    input.positive = true;
    return input;
  };
  return {
      {"add", {wide, wide}, Kind::rows, [](const Vars& v, const Batch&) { return add(v[0], v[1]); }},
      {"add a row", {wide, row}, Kind::rows, [](const Vars& v, const Batch&) { return add(v[0], v[1]); }},
      {"add a column",
       {wide, column},
       Kind::rows,
       [](const Vars& v, const Batch&) { return add(v[0], v[1]); }},
      {"add one number",
       {wide, number},
       Kind::rows,
       [](const Vars& v, const Batch&) { return add(v[0], v[1]); }},
      {"add x to x", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return add(v[0], v[0]); }},
      {"add 1.5", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return add(v[0], 1.5); }},
      {"subtract",
       {wide, wide},
       Kind::rows,
       [](const Vars& v, const Batch&) { return subtract(v[0], v[1]); }},
      {"subtract a row",
       {wide, row},
       Kind::rows,
       [](const Vars& v, const Batch&) { return subtract(v[0], v[1]); }},
      {"subtract a column",
       {wide, column},
       Kind::rows,
       [](const Vars& v, const Batch&) { return subtract(v[0], v[1]); }},
      {"multiply",
       {wide, wide},
       Kind::rows,
       [](const Vars& v, const Batch&) { return multiply(v[0], v[1]); }},
      {"multiply x by x",
       {wide},
       Kind::rows,
       [](const Vars& v, const Batch&) { return multiply(v[0], v[0]); }},
      {"multiply a row",
       {wide, row},
       Kind::rows,
       [](const Vars& v, const Batch&) { return multiply(v[0], v[1]); }},
      {"multiply a column",
       {wide, column},
       Kind::rows,
       [](const Vars& v, const Batch&) { return multiply(v[0], v[1]); }},
      {"multiply one number",
       {wide, number},
       Kind::rows,
       [](const Vars& v, const Batch&) { return multiply(v[0], v[1]); }},
      {"divide",
       {wide, positive(wide)},
       Kind::rows,
       [](const Vars& v, const Batch&) { return divide(v[0], v[1]); }},
      {"divide by a row",
       {wide, positive(row)},
       Kind::rows,
       [](const Vars& v, const Batch&) { return divide(v[0], v[1]); }},
      {"divide by a column",
       {wide, positive(column)},
       Kind::rows,
       [](const Vars& v, const Batch&) { return divide(v[0], v[1]); }},
      {"divide by one number",
       {wide, positive(number)},
       Kind::rows,
       [](const Vars& v, const Batch&) { return divide(v[0], v[1]); }},
      {"scale", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return scale(v[0], -0.75); }},
      {"relu", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return relu(v[0]); }},
      {"gelu", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return gelu(v[0]); }},
      {"gelu_tanh", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return gelu_tanh(v[0]); }},
      {"silu", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return silu(v[0]); }},
      {"elu", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return elu(v[0]); }},
      {"exp", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return exp(v[0]); }},
      {"log", {positive(wide)}, Kind::rows, [](const Vars& v, const Batch&) { return log(v[0]); }},
      {"sigmoid", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return sigmoid(v[0]); }},
      {"tanh", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return tanh(v[0]); }},
      {"softmax", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return softmax(v[0]); }},
      {"sum_columns", {wide}, Kind::rows, [](const Vars& v, const Batch&) { return sum_columns(v[0]); }},
      {"sum_rows", {wide}, Kind::shared, [](const Vars& v, const Batch&) { return sum_rows(v[0]); }},
      {"slice_columns",
       {wide},
       Kind::rows,
       [](const Vars& v, const Batch&) { return slice_columns(v[0], 5, 21); }},
      {"concat_columns",
       {wide, narrow, column},
       Kind::rows,
       [](const Vars& v, const Batch&) {
         return concat_columns({v[0], v[1], v[2]});
       }},
      {"concat_columns x and x",
       {narrow},
       Kind::rows,
       [](const Vars& v, const Batch&) {
         return concat_columns({v[0], v[0]});
       }},
      {"matmul",
       {wide, {Kind::shared, 37, 19}},
       Kind::rows,
       [](const Vars& v, const Batch&) { return matmul(v[0], v[1]); }},
      {"matmul, second transposed",
       {wide, {Kind::shared, 19, 37}},
       Kind::rows,
       [](const Vars& v, const Batch&) { return matmul(v[0], v[1], Transpose::second); }},
      {"matmul, first transposed",
       {wide, narrow},
       Kind::shared,
       [](const Vars& v, const Batch&) { return matmul(v[0], v[1], Transpose::first); }},
      {"matmul of x with x",
       {wide},
       Kind::shared,
       [](const Vars& v, const Batch&) { return matmul(v[0], v[0], Transpose::first); }},
      {"matmul_per_sequence",
       {wide, blocks},
       Kind::rows,
       [](const Vars& v, const Batch& batch) { return matmul_per_sequence(v[0], v[1], batch); }},
      {"matmul_per_sequence, second transposed",
       {wide, turned},
       Kind::rows,
       [](const Vars& v, const Batch& batch) {
         return matmul_per_sequence(v[0], v[1], batch, Transpose::second);
       }},
      {"matmul_per_sequence, first transposed",
       {wide, narrow},
       Kind::blocks,
       [](const Vars& v, const Batch& batch) {
         return matmul_per_sequence(v[0], v[1], batch, Transpose::first);
       }},
      {"sum_per_sequence",
       {wide},
       Kind::sequences,
       [](const Vars& v, const Batch& batch) { return sum_per_sequence(v[0], batch); }},
      {"mean_per_sequence",
       {wide},
       Kind::sequences,
       [](const Vars& v, const Batch& batch) { return mean_per_sequence(v[0], batch); }},
      {"max_per_sequence",
       {wide},
       Kind::sequences,
       [](const Vars& v, const Batch& batch) { return max_per_sequence(v[0], batch); }},
      {"first_per_sequence",
       {wide},
       Kind::sequences,
       [](const Vars& v, const Batch& batch) { return first_per_sequence(v[0], batch); }},
      {"last_per_sequence",
       {wide},
       Kind::sequences,
       [](const Vars& v, const Batch& batch) { return last_per_sequence(v[0], batch); }},
      {"repeat_per_sequence",
       {each},
       Kind::rows,
       [](const Vars& v, const Batch& batch) { return repeat_per_sequence(v[0], batch); }},
      {"shift_per_sequence by 2",
       {wide},
       Kind::rows,
       [](const Vars& v, const Batch& batch) { return shift_per_sequence(v[0], 2, batch); }},
      {"shift_per_sequence by -1",
       {wide},
       Kind::rows,
       [](const Vars& v, const Batch& batch) { return shift_per_sequence(v[0], -1, batch); }},
      // The tokens of these tests' batches are places: 0 to T - 1 of each sequence, or -1.
      {"gather_per_sequence",
       {wide},
       Kind::rows,
       [](const Vars& v, const Batch& batch) { return gather_per_sequence(v[0], batch.tokens, batch); }},
  };
}

}  // namespace orochi
