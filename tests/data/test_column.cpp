// The columns of a data set on disk, and what is loaded into them.
#include <csignal>
#include <fstream>
#include <numeric>
#include <set>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <orochi/batching.hpp>
#include <orochi/column.hpp>
#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "catch.hpp"
#include "core/as_size.hpp"
#include "heap.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace {

using namespace orochi;
using testing::message_of;
using testing::TempFolder;

/// Of `label`s 'a' and 'b' in turn, with a text of `words` words of two letters each.
std::string lines(int count, int words) {
  std::string contents;
  for (int i = 0; i < count; ++i) {
    contents += i % 2 == 0 ? "a\t" : "b\t";
    for (int w = 0; w < words; ++w) {
      const int word = (i * 7919 + w * 104729) % 676;
      contents += {static_cast<char>('a' + word / 26), static_cast<char>('a' + word % 26), ' '};
    }
    contents.back() = '\n';
  }
  return contents;
}

LoadedData load(const TempFolder& folder, const std::string& format, const std::string& storage) {
  DataConfig config = testing::config_for(format);
  config.train = "f";
  config.storage = storage;
  return load_data(config, folder.path(), 42, builtin_readers(), builtin_tokenizers(), *new_task());
}

/// Whether a process that may keep only so many bytes more in memory can load the file.
bool loads_within(rlim_t bytes, const TempFolder& folder, const std::string& storage) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::ifstream status("/proc/self/statm");
    rlim_t pages[6] = {};
    for (rlim_t& number : pages) status >> number;
    const rlim_t most = pages[5] * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + bytes;  // 5: data and stack
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_DATA, &limit);
    try {
      load(folder, "tsv", storage);
      ::_exit(0);
    } catch (const std::bad_alloc&) {
      ::_exit(1);
    } catch (...) {
      ::_exit(2);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) < 2);
  return WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a column on disk is a vector as any other", "[column]") {
  const Storage disk = Storage::on_disk("/var/tmp");
  Column<std::int64_t> numbers(disk);
  for (std::int64_t i = 0; i < 1'000'000; ++i)
    numbers.push_back(i * i);  // from memory to larger and larger files
  CHECK(numbers[999'999] == 999'999LL * 999'999);
  const Column<std::int64_t> copy = numbers;
  Column<std::int64_t> taken;  // in memory
  taken = std::move(numbers);
  CHECK(taken == copy);
  CHECK(taken.get_allocator().storage.is_on_disk());
  taken.resize(10);
  taken.shrink_to_fit();
  CHECK(taken == std::vector<std::int64_t>{0, 1, 4, 9, 16, 25, 36, 49, 64, 81});
  TextColumn texts(disk);
  for (const char* text : {"one", "", "two"}) texts.push_back(text);
  CHECK(texts == std::vector<std::string>{"one", "", "two"});
}

TEST_CASE("a folder that holds no files, or holds them in memory, is refused", "[column]") {
  CHECK(message_of([] { Storage::on_disk("/none/of/these"); }) ==
        "/none/of/these: no file can be made there: No such file or directory; set TMPDIR to a folder where "
        "one can");
  if (::access("/dev/shm", W_OK) == 0)
    CHECK(message_of([] { Storage::on_disk("/dev/shm"); }) ==
          "/dev/shm: is in memory itself (tmpfs); set TMPDIR to a folder on a disk");
}

TEST_CASE("a disk without room is an error", "[column]") {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4'000'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of([] { Column<char>(20'000'000, 'x', Storage::on_disk("/var/tmp")); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message.starts_with("/var/tmp: no room for 0.0 GB of the data: "));
}

TEST_CASE("what is loaded is the same in memory and on disk", "[column]") {
  const TempFolder folder;
  folder.write("f", lines(3000, 200) + "b\taa bb cc\na\taa bb cc\n");
  const LoadedData memory = load(folder, "tsv", "memory"), disk = load(folder, "tsv", "disk");
  CHECK(disk.train.storage().is_on_disk());
  CHECK(checksum(disk.train) == checksum(memory.train));
  CHECK(checksum(disk.validation) == checksum(memory.validation));
  CHECK(disk.notes == memory.notes);
  CHECK(disk.train_locations == memory.train_locations);
  CHECK(disk.preprocessing.vocabulary_size() == 677);

  folder.write("f", "@data\n1,2,3:a\n2,3,4:b\n5,9:a\n7:b\n");
  CHECK(checksum(load(folder, "ts", "disk").train) == checksum(load(folder, "ts", "memory").train));
}

TEST_CASE("a data set on disk loads in less memory than it is large", "[column]") {
  if (!heap_is_counted()) return;  // a sanitizer needs more memory than the data
  const TempFolder folder;
  const std::string contents = lines(20'000, 500);  // 30 MB of text, 40 MB of tokens
  folder.write("f", contents);
  CHECK(loads_within(contents.size(), folder, "disk"));
  CHECK(!loads_within(2 * contents.size(), folder, "memory"));
}

TEST_CASE("an epoch from disk goes by blocks, in an order that depends on seed and epoch alone", "[column]") {
  constexpr Index block = 10, at_a_time = 4;
  for (const Index size : {1000, 1003}) {
    std::vector<std::uint32_t> sorted = block_order(size, block, at_a_time, 42, 3), all(as_size(size));
    std::sort(sorted.begin(), sorted.end());
    std::iota(all.begin(), all.end(), 0u);
    CHECK(sorted == all);
  }
  constexpr Index size = 1000;
  const std::vector<std::uint32_t> order = block_order(size, block, at_a_time, 42, 3);
  CHECK(order == block_order(size, block, at_a_time, 42, 3));
  CHECK(order != block_order(size, block, at_a_time, 42, 4));
  CHECK(order != block_order(size, block, at_a_time, 43, 3));
  for (std::size_t first = 0; first < order.size(); first += block * at_a_time) {
    std::set<Index> blocks;  // of those that are read together
    for (std::size_t i = first; i < first + block * at_a_time; ++i) blocks.insert(order[i] / block);
    CHECK(blocks.size() == at_a_time);
  }
  CHECK(std::abs(static_cast<int>(order[0]) - static_cast<int>(order[1])) != 1);
  CHECK(block_order(0, block, at_a_time, 1, 1).empty());
}
