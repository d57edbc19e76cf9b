// Bump allocation: everything of a step lives here and goes at once.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace [[gnu::visibility("default")]] orochi {

/// Memory that is taken piece by piece and given back all at once. It grows by further blocks; a reset merges
/// them into one, so that after the first steps nothing is asked of the heap.
class Arena {
 public:
  /// `bytes` on a 64-byte boundary, uninitialized.
  void* allocate(std::size_t bytes);
  /// Takes all of it back. What was allocated must not be used any more.
  void reset();

  /// A point to go back to: what was taken after it is free again.
  struct Mark {
    std::size_t block = 0, used = 0;
  };
  Mark mark() const { return {current_, used_}; }
  /// Frees what was allocated after the mark was made.
  void release(Mark mark);
  std::size_t capacity() const;  // bytes
  std::size_t used() const;      // bytes

 private:
  struct Free {
    void operator()(std::byte* p) const;
  };
  struct Block {
    std::unique_ptr<std::byte, Free> memory;
    std::size_t size = 0;
  };
  void add_block(std::size_t bytes);

  std::vector<Block> blocks_;
  std::size_t current_ = 0, used_ = 0;
};

}  // namespace orochi
