// Loops shared out over threads, whose helpers sleep when there is nothing to do.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "core/thread_pool.hpp"

using namespace orochi;

namespace {

/// Of this process's threads, how many do not wait in the kernel (S), by its books.
int busy_threads() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    count += text.substr(text.rfind(')') + 2, 1) != "S";
  }
  return count;
}

}  // namespace

TEST_CASE("every index is worked on once, by a worker of the pool") {
  for (const int threads : {0, 1, 2, 5}) {
    ThreadPool pool(threads);
    CHECK(pool.size() == std::max(threads, 1));
    for (const Index n : {0, 1, 2, 7, 1000})
      for (int again = 0; again < 50; ++again) {
        std::vector<std::atomic<int>> times(static_cast<std::size_t>(n));
        std::atomic<int> strangers{0};
        pool.for_each(n, [&](Index i, int worker) {
          ++times[static_cast<std::size_t>(i)];
          strangers += worker < 0 || worker >= pool.size();
        });
        CHECK(strangers == 0);
        for (const std::atomic<int>& count : times) REQUIRE(count == 1);
      }
  }
}

TEST_CASE("the exception of the lowest index is thrown again, and the pool goes on") {
  ThreadPool pool(2);
  for (int again = 0; again < 20; ++again) {
    std::atomic<bool> later_one_is_over{false};
    std::string what;
    try {
      pool.for_each(3, [&](Index i, int) {
        if (i == 2) later_one_is_over = true;  // whoever works on it has thrown the exception of 1
        while (i == 0 && !later_one_is_over) std::this_thread::yield();
        if (i < 2) throw std::runtime_error(std::to_string(i));
      });
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    CHECK(what == "0");
    int sum = 0;
    pool.for_each(1, [&](Index, int) { ++sum; });
    CHECK(sum == 1);
  }
}

TEST_CASE("two workers can be inside of a loop at the same time") {
  ThreadPool pool(2);
  std::atomic<int> inside{0};
  pool.for_each(2, [&](Index, int) {  // neither ends before the other has begun
    ++inside;
    while (inside < 2) std::this_thread::yield();
  });
  CHECK(inside == 2);
}

TEST_CASE("pools come and go, whether their helpers had the time to wake or not") {
  std::atomic<int> done{0};
  for (int again = 0; again < 5000; ++again) ThreadPool(3).for_each(2, [&](Index, int) { ++done; });
  CHECK(done == 10000);
}

TEST_CASE("helpers sleep soon after a loop") {
  ThreadPool pool(4);
  std::atomic<int> done{0};
  pool.for_each(8, [&](Index, int) { ++done; });
  REQUIRE(done == 8);
  for (int tries = 0; tries < 1000 && busy_threads() > 1; ++tries)  // spinning ones would stay so
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(busy_threads() == 1);  // the one that asks
}

TEST_CASE("OMP_NUM_THREADS lowers the number of threads") {
  ::unsetenv("OMP_NUM_THREADS");
  const int all = available_threads();
  REQUIRE(all >= 1);
  for (const char* one : {"1", "1,4"}) {
    ::setenv("OMP_NUM_THREADS", one, 1);
    CHECK(available_threads() == 1);
  }
  for (const char* other : {"", "0", "-3", "many", "99999", "99999999999999999999"}) {
    ::setenv("OMP_NUM_THREADS", other, 1);
    CHECK(available_threads() == all);
  }
  ::unsetenv("OMP_NUM_THREADS");
}
