#include "io/hdf5_messages.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"

namespace orochi::hdf5 {
namespace {

using namespace std::string_view_literals;

// The datatype messages of the kinds, as the file has them.
constexpr std::string_view float32_type = "\x11\x20\x1f\0\x04\0\0\0\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0"sv;
constexpr std::string_view float64_type = "\x11\x20\x3f\0\x08\0\0\0\0\0\x40\0\x34\x0b\0\x34\xff\x03\0\0"sv;
constexpr std::string_view int64_type = "\x10\x08\0\0\x08\0\0\0\0\0\x40\0"sv;
constexpr std::string_view uint64_type = "\x10\0\0\0\x08\0\0\0\0\0\x40\0"sv;
constexpr std::string_view text_type = "\x13\x11\0\0"sv;  // then the length, 4 bytes

// Classes of datatype messages, for refusals.
constexpr std::array class_names = {"an integer type of another size or byte order",
                                    "a float type of another size or byte order",
                                    "a time",
                                    "text of another kind",
                                    "a bit field",
                                    "an opaque type",
                                    "a compound type",
                                    "references",
                                    "an enumeration",
                                    "a type of variable length",
                                    "an array type"};

void read_type(ImageBytes& image, const MessagePart& part, Stored& found) {
  const std::pair<std::string_view, Kind> kinds[] = {{float32_type, Kind::float32},
                                                     {float64_type, Kind::float64},
                                                     {int64_type, Kind::int64},
                                                     {uint64_type, Kind::uint64},
                                                     {text_type, Kind::text}};
  for (const auto& [bytes, kind] : kinds) {
    if (part.size < std::max<std::size_t>(bytes.size(), 8) || !image.matches(part.begin, bytes)) continue;
    found.kind = kind;
    found.element_size = image.number(part.begin + 4, 4);
    image.require(found.element_size > 0);
    return;
  }
  const std::size_t number = image.number(part.begin, 1) & 15;  // the class; the version is above it
  const char* name = number < class_names.size() ? class_names[number] : "an unknown type";
  image.refuse(
      fmt::format("has {}; a checkpoint holds float32, float64, int64, uint64 and UTF-8 text", name));
}

// Version 1: rank, flags, then the dimensions and, by bit 0 of the flags, their limits. The product is held
// against the image here, before anyone allocates by it.
void read_shape(ImageBytes& image, const MessagePart& part, Stored& found) {
  image.require(part.size >= 8 && image.number(part.begin, 1) == 1);
  const std::size_t rank = image.number(part.begin + 1, 1);
  const bool limited = (image.number(part.begin + 2, 1) & 1) != 0;
  if (rank > 2) image.refuse(fmt::format("has {} dimensions; a checkpoint has one or two", rank));
  image.require(part.size >= 8 + 8 * rank * (limited ? 2 : 1));
  found.scalar = rank == 0;
  std::size_t room = image.size() / found.element_size;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t size = image.number(part.begin + 8 + 8 * i, 8);
    if (limited && image.number(part.begin + 8 + 8 * (rank + i), 8) != size)
      image.refuse("may grow; a checkpoint's datasets have one fixed shape");
    if (size > room) image.refuse("claims to be larger than the file");
    if (size > 0) room /= size;
    found.shape.push_back(static_cast<Index>(size));
  }
  if (room == 0) image.refuse("claims to be larger than the file");
}

void read_layout(ImageBytes& image, const MessagePart& part, Stored& found) {
  const std::size_t kind = image.number(part.begin + 1, 1);  // at the same place in versions 3 and 4
  if (kind == 3) image.refuse("is put together from other datasets (virtual); a checkpoint's are not");
  if (kind != 1) image.refuse("is not stored in one piece (contiguous)");
  image.require(part.size >= 18 && image.number(part.begin, 1) == 3);
  const std::size_t bytes = found.bytes();
  if (bytes == 0) return;
  found.offset = image.number(part.begin + 2, 8);
  if (image.number(part.begin + 10, 8) != bytes || !image.holds(found.offset, bytes))
    image.refuse("has no storage inside the file for its shape");
}

}  // namespace

void ImageBytes::refuse(std::string_view reason) const {
  throw usage_error(fmt::format("'{}': object '/{}' {}", file_, utf8::escape(path.substr(0, 200)), reason));
}

std::size_t ImageBytes::number(std::size_t at, std::size_t bytes) {
  // A sound structure has fewer numbers than bytes; more are a circle.
  require(++numbers_read_ <= image_.size() && holds(at, bytes));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(image_[at + i]) << (8 * i);
  return value;
}

bool ImageBytes::matches(std::size_t at, std::string_view expected) const {
  if (!holds(at, expected.size())) return false;
  const auto* begin = image_.data() + at;
  return std::equal(expected.begin(), expected.end(), begin,
                    [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

std::string ImageBytes::text(std::size_t begin, std::size_t size) const {
  require(holds(begin, size));
  const auto* first = image_.data() + begin;
  return {first, std::find(first, first + size, 0)};
}

Stored read_dataset(ImageBytes& image, const std::vector<MessagePart>& parts) {
  std::map<unsigned, MessagePart> found;
  for (const MessagePart& part : parts) {
    switch (part.type) {
      case nil:
      case continuation:
        continue;
      case external_files:
        image.refuse("keeps its numbers in another file (external storage); a checkpoint does not");
      case filters:
        image.refuse("is compressed or filtered; a checkpoint is not");
      case attribute:
        image.refuse("has an attribute, which the format does not know");
      case link_info:
      case link:
        image.refuse("is a group of HDF5's newer kind, whose links may lead out of the file");
      case dataspace:
      case datatype:
      case fill_value:
      case layout:
        image.require(found.insert({part.type, part}).second);
        break;
      default:
        image.refuse("is neither a group nor a dataset as the format knows them");
    }
  }
  if (found.contains(datatype) && !found.contains(dataspace)) image.refuse("is a type without a dataset");
  image.require(found.contains(dataspace) && found.contains(datatype) && found.contains(layout));
  Stored stored;
  read_type(image, found[datatype], stored);
  read_shape(image, found[dataspace], stored);
  read_layout(image, found[layout], stored);
  return stored;
}

// Version 1: sizes of name, type and space, then these three, each filled up to 8 bytes, then the value.
std::pair<std::string, Stored> read_attribute(ImageBytes& image, const MessagePart& part) {
  image.require(part.size >= 8 && image.number(part.begin, 1) == 1);
  const auto padded = [](std::size_t size) { return (size + 7) / 8 * 8; };
  const std::size_t name_size = image.number(part.begin + 2, 2);
  const std::size_t type_size = image.number(part.begin + 4, 2), space_size = image.number(part.begin + 6, 2);
  const std::size_t type = part.begin + 8 + padded(name_size), space = type + padded(type_size);
  const std::size_t value = space + padded(space_size), end = part.begin + part.size;
  image.require(name_size > 0 && value <= end);
  Stored stored;
  read_type(image, {datatype, type, type_size}, stored);
  read_shape(image, {dataspace, space, space_size}, stored);
  stored.offset = value;
  image.require(stored.scalar && stored.element_size <= end - value);
  return {image.text(part.begin + 8, name_size), stored};
}

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::float32:
      return "float32";
    case Kind::float64:
      return "float64";
    case Kind::int64:
      return "int64";
    case Kind::uint64:
      return "uint64";
    case Kind::text:
      return "text";
  }
  return "unknown";
}

std::size_t Stored::count() const {
  std::size_t product = 1;
  for (const Index size : shape) product *= static_cast<std::size_t>(size);
  return product;
}

std::size_t Stored::bytes() const { return count() * element_size; }

}  // namespace orochi::hdf5
