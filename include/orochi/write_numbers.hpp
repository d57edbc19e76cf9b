// Numeric sequences in memory as a data file of the format "hdf5".
#pragma once

#include <span>
#include <string>

#include <orochi/batch.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// B sequences of numbers; a view, it owns nothing.
struct NumericData {
  std::span<const float> values;  // [N, channels]
  Index channels = 0;
  std::span<const Index> offsets;        // [B + 1]
  std::span<const std::string> labels;   // [B]: targets as text
  std::span<const double> weights = {};  // [B], or none
};

/// Whole or not at all. Throws a failure that names the file.
void write_numbers(const std::string& path, const NumericData& data);

}  // namespace orochi
#pragma GCC visibility pop
