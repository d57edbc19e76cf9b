// Structures that libhdf5 would not write, made by changing bytes of the image, sealed with a right trailer.
#include <algorithm>

#include "catch.hpp"
#include "checkpoint_edit.hpp"
#include "io/hdf5_image.hpp"

using namespace orochi;
using namespace orochi::test;

namespace {

void replace_all(std::vector<unsigned char>& bytes, const std::string& from, const std::string& to) {
  for (auto at = bytes.begin();; at += static_cast<std::ptrdiff_t>(to.size())) {
    at = std::search(at, bytes.end(), from.begin(), from.end(),
                     [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
    if (at == bytes.end()) return;
    std::copy(to.begin(), to.end(), at);
  }
}

std::string little_endian(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

}  // namespace

TEST_CASE("two tensors of one name are refused", "[checkpoint]") {
  const std::string message = message_after_bytes([](std::vector<unsigned char>& image) {
    replace_all(image, std::string("bias\0\0\0\0", 8), std::string("weight\0\0", 8));
  });
  CHECK(message ==
        "'a.h5': object '/optimizer/first_moment/encoder/0/attention/query/weight' is twice in its group");
}

// Or a small file would fill the memory: every dataset is read into memory of its own.
TEST_CASE("tensors that share their bytes are refused", "[checkpoint]") {
  const std::string message = message_after_bytes([](std::vector<unsigned char>& image) {
    const auto found = hdf5::read_structure(image, "sample").datasets;
    const hdf5::Stored& small = found.at("parameters/head/weight");
    const std::uint64_t other = found.at("parameters/embedding/weight").offset;
    replace_all(image, little_endian(small.offset) + little_endian(24),
                little_endian(other + 4) + little_endian(24));
  });
  CHECK(message == "'a.h5': object '/parameters/head/weight' shares its storage with another object");
}

TEST_CASE("a tree of names that leads back to itself is refused", "[checkpoint]") {
  const std::string message = message_after_bytes([](std::vector<unsigned char>& image) {
    for (std::size_t at = 0; at + 64 < image.size(); ++at) {
      if (std::string(image.begin() + static_cast<std::ptrdiff_t>(at),
                      image.begin() + static_cast<std::ptrdiff_t>(at) + 4) != "TREE")
        continue;
      image[at + 5] = 1;  // its level
      const std::string self = little_endian(at);
      std::copy(self.begin(), self.end(), image.begin() + static_cast<std::ptrdiff_t>(at) + 32);
    }
  });
  CHECK(message == "'a.h5': object '/' is damaged or in a newer HDF5 format");
}
