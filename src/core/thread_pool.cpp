#include "core/thread_pool.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

/// Longer than what lies between two loops of a step, shorter than a scheduler's slice.
constexpr std::chrono::microseconds spin{100};

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Returns when `value` is no longer `old`.
void wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  const auto end = std::chrono::steady_clock::now() + spin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  value.wait(old, std::memory_order_acquire);
}

int cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(CPU_COUNT(&set), 1);
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);  // more than the set holds
}

/// While it lives, threads that are started take no signal from outside: they are for the program's own
/// threads, which may hold them back (Ctrl-C between two steps).
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    ::sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigdelset(&all, fault);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

int available_threads() {
  int most = cores();
  if (const char* text = std::getenv("OMP_NUM_THREADS"); text != nullptr) {
    int asked = 0;  // of "4,2", one number a level of nesting, the first counts
    std::from_chars(text, text + std::strlen(text), asked);
    if (asked > 0) most = std::min(most, asked);
  }
  return most;
}

ThreadPool::ThreadPool(int threads) {
  const NoSignals no_signals;
  if (threads > 1) helpers_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int worker = 1; worker < threads; ++worker) helpers_.emplace_back([this, worker] { serve(worker); });
  } catch (const std::system_error& error) {
    const std::size_t got = helpers_.size() + 1;
    stop();
    throw failure("the system gives no more than " + std::to_string(got) + " threads (" + error.what() +
                  "); give fewer with --threads");
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stopping_ = true;
  loop_.fetch_add(1, std::memory_order_release);
  loop_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
  helpers_.clear();
}

void ThreadPool::run(Index n, Function work, void* context) {
  const std::uint64_t loop = loop_.load(std::memory_order_relaxed) + 1;
  work_ = work;
  context_ = context;
  count_ = n;
  pending_.store(static_cast<std::uint32_t>(n), std::memory_order_relaxed);
  unclaimed_.store(loop << 32U | static_cast<std::uint64_t>(n), std::memory_order_release);
  loop_.store(static_cast<std::uint32_t>(loop), std::memory_order_release);
  if (n > 1) loop_.notify_all();
  claim(0);
  for (std::uint32_t pending; (pending = pending_.load(std::memory_order_acquire)) != 0;)
    wait_while(pending_, pending);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::serve(int worker) {
  for (std::uint32_t seen = 0;;) {
    wait_while(loop_, seen);
    seen = loop_.load(std::memory_order_acquire);
    if (stopping_) return;  // asked after the number: who has seen the last one sees this, too
    claim(worker);
  }
}

void ThreadPool::claim(int worker) {
  std::uint64_t claims = unclaimed_.load(std::memory_order_acquire);
  while (const auto left = static_cast<std::uint32_t>(claims)) {
    if (!unclaimed_.compare_exchange_weak(claims, claims - 1, std::memory_order_acquire)) continue;
    const Index i = count_ - static_cast<Index>(left);
    try {
      work_(context_, i, worker);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (error_ == nullptr || i < error_at_) {
        error_at_ = i;
        error_ = std::current_exception();
      }
    }
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
    claims = unclaimed_.load(std::memory_order_acquire);
  }
}

}  // namespace orochi
