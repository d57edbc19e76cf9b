// Threads that share out a loop: the one place where work runs side by side.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/threads.hpp>

namespace orochi {

/// The caller and `threads` - 1 more. A thread that has nothing to do spins for a moment, as the next loop of
/// a step is near, and then sleeps: spinning on takes the core from whoever shares it.
class ThreadPool {
 public:
  /// Throws a failure where the system gives no more threads.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(helpers_.size()) + 1; }

  /// Calls work(i, worker) for i in 0 .. n - 1, worker in 0 .. size() - 1. Each worker claims one i after
  /// another, and which gets which may vary: the result must not depend on it. The exception of the lowest i
  /// is thrown again. `work` must not start a loop of the same pool.
  template <class Work>
  void for_each(Index n, Work work) {
    run(
        n, [](void* context, Index i, int worker) { (*static_cast<Work*>(context))(i, worker); }, &work);
  }

 private:
  using Function = void (*)(void* context, Index i, int worker);
  void run(Index n, Function work, void* context);
  void serve(int worker);
  void claim(int worker);
  void stop();

  std::vector<std::thread> helpers_;
  // The loop at hand, written before `unclaimed_`. Whoever has claimed an i keeps the loop from ending, so
  // they do not change under it; a helper that wakes too late claims nothing, and nobody waits for it.
  Function work_ = nullptr;
  void* context_ = nullptr;
  Index count_ = 0;
  std::atomic<std::uint64_t> unclaimed_{0};  // how many i are left, below the loop's number
  std::atomic<std::uint32_t> pending_{0};    // how many i are not done
  std::atomic<std::uint32_t> loop_{0};       // the loop's number; helpers wait for it to change
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;  // guards the two below
  std::exception_ptr error_;
  Index error_at_ = 0;
};

}  // namespace orochi
