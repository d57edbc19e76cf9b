// Ranks as threads of the test: what processes would send goes through memory.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <orochi/communicator.hpp>
#include <orochi/error.hpp>

namespace orochi {

class Mailboxes {
 public:
  void put(int from, int to, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    boxes_[{from, to}].emplace_back(bytes.begin(), bytes.end());
    changed_.notify_all();
  }
  std::vector<std::byte> take(int from, int to) {
    std::unique_lock lock(mutex_);
    std::deque<std::vector<std::byte>>& box = boxes_[{from, to}];
    changed_.wait(lock, [&] { return !box.empty() || error_ != nullptr; });
    if (box.empty()) throw failure("another rank has failed");
    std::vector<std::byte> bytes = std::move(box.front());
    box.pop_front();
    return bytes;
  }
  /// The first one counts: others fail because of it.
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (error_ == nullptr) error_ = std::move(error);
    changed_.notify_all();
  }
  void rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<int, int>, std::deque<std::vector<std::byte>>> boxes_;  // by sender and receiver
  std::exception_ptr error_;
};

class ThreadRank : public Communicator {
 public:
  ThreadRank(Mailboxes& boxes, int rank, int size) : boxes_(boxes), rank_(rank), size_(size) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) override {
    boxes_.put(rank_, partner, send);
    const std::vector<std::byte> bytes = boxes_.take(partner, rank_);
    if (bytes.size() != receive.size()) throw failure("a rank receives other sizes than are sent");
    std::copy(bytes.begin(), bytes.end(), receive.begin());
    if (receive.size() == damaged_size && damages_left > 0 && --damages_left == 0) receive[0] ^= std::byte{1};
  }
  [[noreturn]] void abort(int) override { throw failure("aborted"); }

  // Of a test: the last of so many messages of this size comes with a bit changed.
  std::size_t damaged_size = 0;
  int damages_left = 0;

 private:
  Mailboxes& boxes_;
  int rank_, size_;
};

/// Calls work(communicator) on each of so many ranks side by side, with none for one. Throws what the first
/// one to fail has thrown.
template <class Work>
void on_ranks(int size, Work work) {
  if (size == 1) return work(static_cast<ThreadRank*>(nullptr));
  Mailboxes boxes;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      ThreadRank communicator(boxes, rank, size);
      try {
        work(&communicator);
      } catch (...) {
        boxes.fail(std::current_exception());
      }
    });
  for (std::thread& thread : threads) thread.join();
  boxes.rethrow();
}

}  // namespace orochi
