#pragma once

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi {

/// What a measure counts of an operation that reads or writes so many numbers.
inline double bytes_of(Index numbers) { return static_cast<double>(numbers) * sizeof(Scalar); }

}  // namespace orochi
