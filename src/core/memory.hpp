// Flat memory on a cache line's boundary.
#pragma once

#include <algorithm>
#include <new>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi {

/// n numbers that are not set; free_scalars gives them back.
inline Scalar* reserve_scalars(Index n) {
  const std::size_t bytes = (static_cast<std::size_t>(n) * sizeof(Scalar) + 64) / 64 * 64;
  return static_cast<Scalar*>(::operator new (bytes, std::align_val_t{64}));
}
/// n zeros.
inline Scalar* allocate_scalars(Index n) {
  Scalar* scalars = reserve_scalars(n);
  std::fill_n(scalars, n, Scalar(0));
  return scalars;
}
inline void free_scalars(Scalar* scalars) { ::operator delete (scalars, std::align_val_t{64}); }

}  // namespace orochi
