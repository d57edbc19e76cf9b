// Bytes of an HDF5 image and the messages of its object headers; internal to hdf5_image.hpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/hdf5_image.hpp"

namespace orochi::hdf5 {

/// An image that is being read, and the object that the reading is at. Everything is checked: what lies
/// outside is refused, with a usage_error that names file and object.
class ImageBytes {
 public:
  ImageBytes(std::span<const unsigned char> image, const std::string& file) : image_(image), file_(file) {}

  std::string path;  // of the current object, for messages

  std::size_t size() const { return image_.size(); }
  /// Little-endian number of `bytes` bytes at `at`.
  std::size_t number(std::size_t at, std::size_t bytes);
  bool matches(std::size_t at, std::string_view expected) const;
  /// The text that ends with NUL, or fills [begin, begin + size).
  std::string text(std::size_t begin, std::size_t size) const;
  bool holds(std::size_t begin, std::size_t size) const {
    return begin <= image_.size() && size <= image_.size() - begin;
  }
  void require(bool sound) const {
    if (!sound) refuse("is damaged or in a newer HDF5 format");
  }
  [[noreturn]] void refuse(std::string_view reason) const;

 private:
  std::span<const unsigned char> image_;
  std::string file_;
  std::size_t numbers_read_ = 0;
};

/// The types of messages that the "earliest" format has for what a checkpoint holds, and those refused by
/// name.
enum Message : unsigned {
  nil = 0x0,
  dataspace = 0x1,
  link_info = 0x2,
  datatype = 0x3,
  fill_value = 0x5,
  link = 0x6,
  external_files = 0x7,
  layout = 0x8,
  filters = 0xb,
  attribute = 0xc,
  continuation = 0x10,
  symbol_table = 0x11,
};

/// One message: image[begin .. begin + size), which lies inside the image.
struct MessagePart {
  unsigned type = nil;
  std::size_t begin = 0, size = 0;
};

Stored read_dataset(ImageBytes& image, const std::vector<MessagePart>& parts);
std::pair<std::string, Stored> read_attribute(ImageBytes& image, const MessagePart& part);

}  // namespace orochi::hdf5
