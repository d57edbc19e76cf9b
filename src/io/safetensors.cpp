#include "io/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as the file has them");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;
constexpr std::size_t block = 16384;  // numbers that are converted at once, in the cache

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16, exponent = bits >> 10 & 31U, fraction = bits & 1023U;
  if (exponent == 0)  // zero or subnormal: fraction / 2^24, which float has exactly
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F));
  const std::uint32_t float_exponent = exponent == 31 ? 255 : exponent - 15 + 127;
  return std::bit_cast<float>(sign | float_exponent << 23 | fraction << 13);
}

template <class Stored, class Real, class Convert>
void read_converted(const InputFile& file, std::size_t offset, std::span<Real> values,
                    const Convert& convert) {
  std::vector<Stored> stored(std::min(block, values.size()));
  while (!values.empty()) {
    const auto part = std::span(stored).first(std::min(block, values.size()));
    file.read(offset, {reinterpret_cast<unsigned char*>(part.data()), part.size_bytes()});
    std::transform(part.begin(), part.end(), values.begin(), convert);
    offset += part.size_bytes();
    values = values.subspan(part.size());
  }
}

std::uint64_t header_length(const InputFile& file) {
  std::array<unsigned char, length_bytes> bytes{};
  if (file.size() < bytes.size())
    file.refuse(
        fmt::format("has {} bytes; expected a safetensors file, which begins with 8 bytes for the "
                    "length of its header",
                    file.size()));
  file.read(0, bytes);
  const auto length = std::bit_cast<std::uint64_t>(bytes);
  if (length > std::min<std::uint64_t>(longest_header, file.size() - length_bytes))
    file.refuse(
        fmt::format("has {} bytes and says that its header has {}; expected a safetensors file, whose "
                    "header has at most {} bytes, all of them in the file",
                    file.size(), length, longest_header));
  return length;
}

void check_writable(const SafetensorsTensor& tensor) {
  Index count = 1;
  bool fits = true;
  for (const Index size : tensor.shape)
    fits = fits && size >= 0 && !__builtin_mul_overflow(count, size, &count);
  if (!fits || count != std::ssize(tensor.values))
    throw failure(
        fmt::format("tensor '{}' has the shape [{}] and {} numbers; expected as many as the shape says",
                    utf8::escape(tensor.name), fmt::join(tensor.shape, ", "), tensor.values.size()));
  if (tensor.name == "__metadata__" || utf8::find_invalid(tensor.name) != std::string::npos)
    throw failure(fmt::format("a tensor is called '{}'; expected UTF-8, and not the file's own __metadata__",
                              utf8::escape(tensor.name)));
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::string& path)
    : file_(path, "safetensors file", "model.safetensors") {
  std::string text(header_length(file_), '\0');
  file_.read(length_bytes, {reinterpret_cast<unsigned char*>(text.data()), text.size()});
  data_start_ = length_bytes + text.size();
  header_ = parse_safetensors_header(path, text, file_.size() - data_start_);
}

template <class Real>
void SafetensorsFile::read(const std::string& name, std::span<Real> values) const {
  const auto refuse = [&](const std::string& what) {
    file_.refuse(fmt::format("has the tensor '{}' {}", utf8::escape(name), what));
  };
  const auto found = tensors().find(name);
  if (found == tensors().end())
    file_.refuse(fmt::format("has no tensor '{}' among its {}", utf8::escape(name), tensors().size()));
  const StoredTensor& tensor = found->second;
  if (tensor.count != std::ssize(values))
    refuse(fmt::format("of shape [{}]; expected {} numbers", fmt::join(tensor.shape, ", "), values.size()));
  const auto read_as = [&]<class Stored>(Stored, const auto& convert) {
    read_converted<Stored>(file_, data_start_ + tensor.begin, values,
                           [&](Stored stored) { return static_cast<Real>(convert(stored)); });
  };
  if (tensor.dtype == "F32")
    read_as(float{}, std::identity{});
  else if (tensor.dtype == "F64")
    read_as(double{}, std::identity{});
  else if (tensor.dtype == "F16")
    read_as(std::uint16_t{}, from_f16);
  else if (tensor.dtype == "BF16")
    read_as(std::uint16_t{}, from_bf16);
  else
    refuse(fmt::format("of {}; expected F16, BF16, F32 or F64: convert it, or leave it out", tensor.dtype));
}
template void SafetensorsFile::read(const std::string&, std::span<float>) const;
template void SafetensorsFile::read(const std::string&, std::span<double>) const;

std::vector<unsigned char> safetensors_image(std::span<const SafetensorsTensor> tensors) {
  std::map<std::string_view, const SafetensorsTensor*> by_name;
  std::string header = R"({"__metadata__":{"format":"pt"})";
  for (const SafetensorsTensor& tensor : tensors) {
    check_writable(tensor);
    if (!by_name.emplace(tensor.name, &tensor).second)
      throw failure(fmt::format("two tensors are called '{}'", utf8::escape(tensor.name)));
  }
  std::size_t end = 0;
  for (const auto& entry : by_name) {
    const std::size_t begin = end;
    end += entry.second->values.size_bytes();
    header +=
        fmt::format(R"(,{}:{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                    nlohmann::json(entry.first).dump(), fmt::join(entry.second->shape, ","), begin, end);
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');  // numbers begin at a multiple of 8
  const auto length = std::bit_cast<std::array<unsigned char, length_bytes>>(std::uint64_t{header.size()});
  std::vector<unsigned char> image(length.size() + header.size() + end);
  auto place = std::copy(length.begin(), length.end(), image.data());
  place = std::copy(header.begin(), header.end(), place);
  for (const auto& entry : by_name) {
    const std::span<const std::byte> bytes = std::as_bytes(entry.second->values);
    if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
    place += bytes.size();
  }
  return image;
}

void write_safetensors(const std::string& path, std::span<const SafetensorsTensor> tensors) {
  write_whole_file(path, safetensors_image(tensors));
}

}  // namespace orochi
