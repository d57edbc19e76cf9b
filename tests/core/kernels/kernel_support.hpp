// Random operands, the engines at hand, and comparisons for the kernels' tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include <orochi/error.hpp>

#include "catch.hpp"
#include "core/kernels/kernels.hpp"
#include "core/kernels/reference/matrix.hpp"

namespace orochi::kernels {

using Values = std::vector<Scalar>;

constexpr bool is_float = std::is_same_v<Scalar, float>;
constexpr double unit = std::numeric_limits<Scalar>::epsilon();
constexpr Scalar not_a_number = std::numeric_limits<Scalar>::quiet_NaN();

inline std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// n normal values times `scale`.
inline Values random_values(std::mt19937& generator, Index n, double scale = 1) {
  std::normal_distribution<double> normal(0, scale);
  Values values(at(n));
  for (Scalar& v : values) v = static_cast<Scalar>(normal(generator));
  return values;
}

inline std::vector<Engine> engines() {
  std::vector<Engine> all;
  for (const char* name : {"native", "eigen", "onednn"}) {
    try {
      all.push_back(choose_engine(name));
    } catch (const Error&) {  // onednn: not built in, or not for this CPU
    }
  }
  return all;
}

inline bool same_bits(const Scalar* a, const Scalar* b, Index n) {
  return std::memcmp(a, b, at(n) * sizeof(Scalar)) == 0;
}

/// Largest |a - b| over elements; NaN counts as infinite.
inline double largest_difference(const Values& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - b[i]);
    if (!(difference <= largest)) largest = std::isnan(difference) ? HUGE_VAL : difference;
  }
  return largest;
}

/// Values [rows, cols] without gaps, for the reference.
inline reference::Matrix matrix(Index rows, Index cols, const Values& values) {
  return {rows, cols, values.data(), cols};
}
inline reference::Matrix row(const Values& values) { return matrix(1, std::ssize(values), values); }

/// The same of a matrix whose rows are `ld` apart.
inline double largest_difference(const Scalar* data, Index ld, const reference::Matrix& b) {
  double largest = 0;
  for (Index i = 0; i < b.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j) {
      const double difference = std::abs(static_cast<double>(data[i * ld + j]) - b(i, j));
      if (!(difference <= largest)) largest = std::isnan(difference) ? HUGE_VAL : difference;
    }
  return largest;
}
inline double largest_difference(const Values& a, const reference::Matrix& b) {
  return largest_difference(a, b.values());
}

}  // namespace orochi::kernels
