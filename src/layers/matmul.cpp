#include <orochi/sequence_ops.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

using kernels::Engine;

/// Rows of a matrix, which lie without gaps.
struct Range {
  Index first, count;
};
struct Block {
  Block(Scalar* matrix, Index columns, Range range)
      : data(matrix + range.first * columns), rows(range.count), cols(columns) {}
  kernels::Operand operand() const { return {data, cols}; }
  Scalar* data;
  Index rows, cols;
};

/// c (+)= a b, with the transposed of one of them.
void product(const Tape& tape, Transpose transpose, Block a, Block b, Block c, bool accumulate) {
  const auto engine = static_cast<Engine>(tape.context().engine);
  switch (transpose) {
    case Transpose::none:
      return kernels::gemm_nn(engine, c.rows, c.cols, a.cols, a.operand(), b.operand(), c.data, c.cols,
                              accumulate);
    case Transpose::first:
      return kernels::gemm_tn(engine, c.rows, c.cols, a.rows, a.operand(), b.operand(), c.data, c.cols,
                              accumulate);
    case Transpose::second:
      return kernels::gemm_nt(engine, c.rows, c.cols, a.cols, a.operand(), b.operand(), c.data, c.cols,
                              accumulate);
  }
}

/// da from dc of c = a b, a^T b or a b^T; and db.
void first_backward(const Tape& tape, Transpose transpose, Block b, Block dc, Block da, bool accumulate) {
  switch (transpose) {
    case Transpose::none:
      return product(tape, Transpose::second, dc, b, da, accumulate);
    case Transpose::first:
      return product(tape, Transpose::second, b, dc, da, accumulate);
    case Transpose::second:
      return product(tape, Transpose::none, dc, b, da, accumulate);
  }
}
void second_backward(const Tape& tape, Transpose transpose, Block a, Block dc, Block db, bool accumulate) {
  switch (transpose) {
    case Transpose::none:
      return product(tape, Transpose::first, a, dc, db, accumulate);
    case Transpose::first:
      return product(tape, Transpose::none, a, dc, db, accumulate);
    case Transpose::second:
      return product(tape, Transpose::first, dc, a, db, accumulate);
  }
}

/// What one product takes.
struct Part {
  Range a, b, y;
};

/// One product a part, part(0) to part(count - 1), which have every row of a, b and the result [rows, cols]
/// once.
template <class PartOf>
Var products(const char* name, Var a, Var b, Index rows, Index cols, Transpose transpose, Index count,
             PartOf part) {
  check_tapes(name, a, b);
  const double flops = 2.0 * static_cast<double>(a.rows() * a.cols() * cols),
               bytes = static_cast<double>(a.rows() * a.cols() + b.rows() * b.cols() + rows * cols) *
                       sizeof(Scalar);
  const Measure measure(a.tape().observer(), name, Pass::forward, flops, bytes);
  Var y = a.tape().result(rows, cols);
  for (Index i = 0; i < count; ++i)
    product(a.tape(), transpose, {a.data(), a.cols(), part(i).a}, {b.data(), b.cols(), part(i).b},
            {y.data(), cols, part(i).y}, false);
  y.pullback([=] {
    const Tape& tape = y.tape();
    const Measure back(tape.observer(), name, Pass::backward, 2 * flops, 2 * bytes);
    const auto dy = [=](Index i) { return Block(y.grad_target().data, cols, part(i).y); };
    if (a.needs_grad()) {
      const GradientTarget da = a.grad_target();
      for (Index i = 0; i < count; ++i)
        first_backward(tape, transpose, {b.data(), b.cols(), part(i).b}, dy(i),
                       {da.data, a.cols(), part(i).a}, da.accumulate);
    }
    if (b.needs_grad()) {
      const GradientTarget db = b.grad_target();
      for (Index i = 0; i < count; ++i)
        second_backward(tape, transpose, {a.data(), a.cols(), part(i).a}, dy(i),
                        {db.data, b.cols(), part(i).b}, db.accumulate);
    }
  });
  return y;
}

void check_inner(const char* name, Index first, Index second, Var a, Var b) {
  if (first != second)
    throw operation_error(name, "as many numbers to sum in both", shape_text(a) + " and " + shape_text(b));
}

}  // namespace

Var matmul(Var a, Var b, Transpose transpose) {
  const bool first = transpose == Transpose::first, second = transpose == Transpose::second;
  check_inner("matmul", first ? a.rows() : a.cols(), second ? b.cols() : b.rows(), a, b);
  const Index rows = first ? a.cols() : a.rows(), cols = second ? b.rows() : b.cols();
  const Part whole{{0, a.rows()}, {0, b.rows()}, {0, rows}};
  return products("matmul", a, b, rows, cols, transpose, 1, [=](Index) { return whole; });
}

Var matmul_per_sequence(Var a, Var b, const Batch& batch, Transpose transpose) {
  constexpr auto name = "matmul_per_sequence";
  const Index sequences = batch.num_sequences();
  check_rows(name, a, batch);
  if (transpose == Transpose::first) {
    check_rows(name, b, batch);
    const Index block = a.cols();
    return products(name, a, b, sequences * block, b.cols(), transpose, sequences, [=](Index i) {
      const Range rows{batch.first_row(i), batch.length(i)};
      return Part{rows, rows, {i * block, block}};
    });
  }
  const Index block = sequences == 0 ? 0 : b.rows() / sequences;
  if (block * sequences != b.rows())
    throw operation_error(name, "a block of rows for each of " + std::to_string(sequences) + " sequences",
                          shape_text(b));
  check_inner(name, a.cols(), transpose == Transpose::none ? block : b.cols(), a, b);
  const Index cols = transpose == Transpose::none ? b.cols() : block;
  return products(name, a, b, a.rows(), cols, transpose, sequences, [=](Index i) {
    const Range rows{batch.first_row(i), batch.length(i)};
    return Part{rows, {i * block, block}, rows};
  });
}

}  // namespace orochi
