// Flat memory on a cache line's boundary.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <new>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi {

/// n zeros; free_scalars gives them back.
inline Scalar* allocate_scalars(Index n) {
  const std::size_t bytes = (static_cast<std::size_t>(n) * sizeof(Scalar) + 64) / 64 * 64;
  void* memory = std::aligned_alloc(64, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  Scalar* scalars = static_cast<Scalar*>(memory);
  std::fill_n(scalars, n, Scalar(0));
  return scalars;
}
inline void free_scalars(Scalar* scalars) { std::free(scalars); }

}  // namespace orochi
