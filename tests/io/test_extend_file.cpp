// Files that grow, and folders that are made.
#include <filesystem>

#include <unistd.h>

#include "catch.hpp"
#include "checkpoint_support.hpp"
#include "io/whole_file.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

TEST_CASE("what a failed attempt left behind is cut off before the file grows", "[whole_file]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("lines");
  write_bytes(path, {'a', '\n', 'b'});  // half a line
  const std::vector<unsigned char> line = {'c', '\n'};
  extend_file(path, 2, line);
  REQUIRE(read_bytes(path) == std::vector<unsigned char>{'a', '\n', 'c', '\n'});
  extend_file(path, 4, line);
  REQUIRE(read_bytes(path) == std::vector<unsigned char>{'a', '\n', 'c', '\n', 'c', '\n'});
}

TEST_CASE("a file that became shorter or went away is not made up", "[whole_file]") {
  const TemporaryFolder folder;
  const std::vector<unsigned char> line = {'c', '\n'};
  const std::string path = folder.path("lines");
  write_bytes(path, line);
  REQUIRE_THAT(message_of([&] { extend_file(path, 6, line); }),
               Contains("it has 2 bytes, but 6 were written"));
  REQUIRE(read_bytes(path) == line);
  REQUIRE_THAT(message_of([&] { extend_file(folder.path("none"), 0, line); }), Contains("No such file"));
  REQUIRE(folder.names() == std::vector<std::string>{"lines"});
}

TEST_CASE("what has no length is said to have none", "[whole_file]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[1]);
  REQUIRE_THAT(message_of([&] { extend_file(path, 0, std::vector<unsigned char>{'a'}); }),
               Contains("lseek '" + path + "': Illegal seek"));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("folders are made with those above them", "[whole_file]") {
  const TemporaryFolder folder;
  make_folders(folder.path("a/b/c/"));
  make_folders(folder.path("a/b/c"));
  REQUIRE(std::filesystem::is_directory(folder.path("a/b/c")));
  write_bytes(folder.path("file"), {'x'});
  REQUIRE_THAT(message_of([&] { make_folders(folder.path("file/d")); }),
               Contains("mkdir") && Contains("file"));
}
