#include "train/parallel.hpp"

#include <omp.h>
#include <exception>
#include <mutex>

namespace orochi {

int available_threads() { return omp_get_num_procs(); }

void parallel_loop(Index n, int threads, void (*work)(void*, Index, int), void* context) {
  std::exception_ptr error;
  Index error_at = n;
  std::mutex mutex;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1) if (threads > 1 && n > 1)
  for (Index i = 0; i < n; ++i) {
    try {
      work(context, i, omp_get_thread_num());
    } catch (...) {  // may not leave the parallel region
      const std::lock_guard lock(mutex);
      if (i < error_at) {
        error_at = i;
        error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace orochi
