// Damaged files: every flipped bit, every length, and mutants whose checksum fits.
#include <filesystem>

#include <sys/resource.h>
#include <sys/stat.h>

#include "catch.hpp"
#include "checkpoint_support.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

// OROCHI_LONG=1 in the environment: every bit of every byte, and a million mutants.
TEST_CASE("one flipped bit in any byte is refused", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.h5");
  std::vector<unsigned char> bytes = Sample().bytes();
  std::size_t accepted = 0, tried = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      if (!is_long_form() && bit != i % 8) continue;
      const auto flipped = static_cast<unsigned char>(1U << bit);
      bytes[i] ^= flipped;
      write_bytes(path, bytes);
      bytes[i] ^= flipped;
      ++tried;
      if (message_of([&] { CheckpointReader reader(path); }) == "(no error)") ++accepted;
    }
  }
  REQUIRE(accepted == 0);
  REQUIRE(tried == bytes.size() * (is_long_form() ? 8 : 1));
}

TEST_CASE("a file cut short at any length, or made longer, is refused", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.h5");
  std::vector<unsigned char> bytes = Sample().bytes();
  write_bytes(path, bytes);
  std::size_t accepted = 0;
  for (std::size_t size = bytes.size() - 1; size > 0; --size) {
    std::filesystem::resize_file(path, size);
    if (message_of([&] { CheckpointReader reader(path); }) == "(no error)") ++accepted;
  }
  REQUIRE(accepted == 0);
  bytes.push_back(0);
  write_bytes(path, bytes);
  REQUIRE_THAT(reader_message(path), Contains("end mark is missing"));
}

TEST_CASE("two whole halves of different checkpoints are refused", "[checkpoint]") {
  const TemporaryFolder folder;
  Sample sample;
  const std::vector<unsigned char> first = sample.bytes();
  sample.parameters[0] = 5.0F;
  std::vector<unsigned char> mixed = sample.bytes();
  std::copy(first.end() - 32, first.end(), mixed.end() - 32);
  write_bytes(folder.path("a.h5"), mixed);
  REQUIRE_THAT(reader_message(folder.path("a.h5")), Contains("a.h5' is damaged") && Contains("checksum"));
}

// Whatever is in such a file, the reader either reads it or refuses it: no crash, no memory beyond
// reason.
TEST_CASE("mutants with a fitting checksum do no harm", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.h5");
  const std::vector<unsigned char> image = image_of(Sample().bytes());
  Mutator mutator(1);
  std::size_t refused = 0;
  for (int round = 0; round < mutant_count(); ++round) {
    write_bytes(path, sealed(mutator.mutant(image)));
    if (reader_message(path) != "(no error)") ++refused;
  }
  REQUIRE(refused > 0);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  REQUIRE(used.ru_maxrss < 1024 * 1024);  // KiB
}

TEST_CASE("files that are no checkpoints are told apart", "[checkpoint]") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& name) { return reader_message(folder.path(name)); };
  REQUIRE_THAT(message("none.h5"), Contains("cannot open checkpoint") && Contains("none.h5': No such file"));
  write_bytes(folder.path("empty.h5"), {});
  REQUIRE_THAT(message("empty.h5"), Contains("empty.h5' is empty"));
  write_bytes(folder.path("text.h5"), std::vector<unsigned char>(100, 'a'));
  REQUIRE_THAT(message("text.h5"), Contains("text.h5' is not a checkpoint (not an HDF5 file)"));
  REQUIRE_THAT(reader_message(folder.folder()), Contains("is a folder"));
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  REQUIRE_THAT(message("pipe"), Contains("is not a regular file"));
  write_bytes(folder.path("bare.h5"), image_of(Sample().bytes()));
  REQUIRE_THAT(message("bare.h5"), Contains("is an HDF5 file, but not an Orochi checkpoint"));
  write_bytes(folder.path("sealed.h5"), sealed({'a', 'b'}));
  REQUIRE_THAT(message("sealed.h5"), Contains("not an HDF5 file"));
}

TEST_CASE("a checkpoint that may not be read says why", "[checkpoint]") {
  const TemporaryFolder folder;
  write_bytes(folder.path("a.h5"), Sample().bytes());
  std::filesystem::permissions(folder.path("a.h5"), std::filesystem::perms::none);
  std::filesystem::permissions(folder.folder(), std::filesystem::perms(0755));
  REQUIRE_THAT(in_child([&] {
                 give_up_privileges();
                 return reader_message(folder.path("a.h5"));
               }),
               Contains("a.h5': Permission denied"));
}
