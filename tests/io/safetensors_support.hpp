// Safetensors files made byte by byte, and all numbers of one.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "checkpoint_support.hpp"
#include "io/safetensors.hpp"

namespace orochi::test {

/// A file of this header and this data, the header's length before them.
inline std::vector<unsigned char> safetensors_bytes(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, bytes.size());
  bytes += header + data;
  return {bytes.begin(), bytes.end()};
}

template <class Real>
std::vector<Real> numbers(const SafetensorsFile& file, const std::string& name) {
  std::vector<Real> values(static_cast<std::size_t>(file.tensors().at(name).count));
  file.read(name, std::span(values));
  return values;
}

/// For comparisons that tell 0 from -0 and one NaN from another.
inline std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  for (const float value : values) result.push_back(std::bit_cast<std::uint32_t>(value));
  return result;
}

}  // namespace orochi::test
