// What operations say of arguments that they cannot take.
#pragma once

#include <string>

#include <orochi/error.hpp>
#include <orochi/tape.hpp>

namespace orochi {

/// "[3, 4]"
inline std::string shape_text(Index rows, Index cols) {
  return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
}
inline std::string shape_text(Var x) { return shape_text(x.rows(), x.cols()); }

/// "[add] expected two matrices of one shape, found [3, 4] and [3, 5]"
inline Error operation_error(const std::string& operation, const std::string& expected,
                             const std::string& found) {
  return usage_error("[" + operation + "] expected " + expected + ", found " + found);
}

/// Operations on several Vars; a gradient cannot leave its tape.
inline void check_tapes(const char* operation, Var a, Var b) {
  if (&a.tape() != &b.tape()) throw operation_error(operation, "Vars of one tape", "two tapes");
}

/// What is drawn at random is counted by the sequences' sample numbers.
inline void check_samples(const char* operation, const Batch& batch) {
  if (std::ssize(batch.samples) < batch.num_sequences())
    throw operation_error(
        operation,
        "a sample number for each of the batch's " + std::to_string(batch.num_sequences()) + " sequences",
        std::to_string(batch.samples.size()));
}

/// x must have the batch's rows; and, where `filled`, each sequence one or more.
inline void check_rows(const char* operation, Var x, const Batch& batch, bool filled = false) {
  if (x.rows() != batch.num_rows())
    throw operation_error(operation, "the batch's " + std::to_string(batch.num_rows()) + " rows",
                          shape_text(x));
  if (!filled) return;
  for (Index b = 0; b < batch.num_sequences(); ++b)
    if (batch.length(b) < 1)
      throw operation_error(operation, "sequences of one row or more",
                            std::to_string(batch.length(b)) + " rows in sequence " + std::to_string(b));
}

}  // namespace orochi
