// The one parallel loop.
#pragma once

#include <functional>

#include <orochi/batch.hpp>

namespace orochi {

/// Cores that this process may use.
int available_threads();

/// Calls work(i, worker) for i in 0 .. n - 1 on `threads` threads, worker in 0 .. threads - 1. Which worker
/// gets which i may vary: the result must not depend on it. The exception of the lowest i is thrown again.
void parallel_for(Index n, int threads, const std::function<void(Index i, int worker)>& work);

}  // namespace orochi
