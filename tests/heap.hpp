// The heap of this process as malloc counts it.
#pragma once

#include <vector>

#include <malloc.h>

namespace orochi {

inline double heap_in_use() {  // bytes
  const struct mallinfo2 heap = ::mallinfo2();
  return static_cast<double>(heap.uordblks) + static_cast<double>(heap.hblkhd);
}

/// A sanitizer has a heap of its own, of which mallinfo2 knows nothing.
inline bool heap_is_counted() {
  const double before = heap_in_use();
  const std::vector<char> large(1 << 26);
  return heap_in_use() - before >= static_cast<double>(large.size());
}

}  // namespace orochi
