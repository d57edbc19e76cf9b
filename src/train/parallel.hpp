// The one parallel loop.
#pragma once

#include <orochi/batch.hpp>

namespace orochi {

/// Cores that this process may use.
int available_threads();

/// parallel_for's loop over a function and what it works on.
void parallel_loop(Index n, int threads, void (*work)(void* context, Index i, int worker), void* context);

/// Calls work(i, worker) for i in 0 .. n - 1 on `threads` threads, worker in 0 .. threads - 1. Which worker
/// gets which i may vary: the result must not depend on it. The exception of the lowest i is thrown again.
template <class Work>
void parallel_for(Index n, int threads, Work work) {
  parallel_loop(
      n, threads, [](void* context, Index i, int worker) { (*static_cast<Work*>(context))(i, worker); },
      &work);
}

}  // namespace orochi
