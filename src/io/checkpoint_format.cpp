#include "io/checkpoint_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "io/hdf5_image.hpp"

// Header only; its plain C code, because g++ 12 warns of the AVX-512 intrinsics in its vector code.
#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_SCALAR
#include <xxhash.h>

namespace orochi::checkpoint {

Trailer make_trailer(std::span<const unsigned char> image) {
  Trailer trailer{};
  std::memcpy(trailer.data(), trailer_magic.data(), 8);
  for (std::size_t i = 0; i < 8; ++i)
    trailer[8 + i] = static_cast<unsigned char>(static_cast<std::uint64_t>(image.size()) >> (8 * i));
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, image.data(), image.size());
  XXH3_128bits_update(&state, trailer.data(), 16);
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&state));
  std::memcpy(trailer.data() + 16, digest.digest, 16);
  return trailer;
}

bool is_group_path(std::string_view path) {
  constexpr std::string_view optimizer = "optimizer/";
  if (path.starts_with(optimizer)) return hdf5::is_plain_name(path.substr(optimizer.size()));
  return path == "parameters";
}

std::string state_path(const std::string& component, const std::string& name) {
  for (const std::string& part : {component, name})
    if (!hdf5::is_plain_name(part) || part.size() > max_state_name)
      throw failure(
          fmt::format("state name '{}' of '{}' cannot be in a checkpoint: such names have 1 to {} letters, "
                      "digits, '_' and '-'",
                      name, component, max_state_name));
  return "state/" + component + "/" + name;
}

std::pair<std::string, std::string> state_names(const std::string& path) {
  constexpr std::string_view start = "state/";
  const std::size_t slash = path.rfind('/');
  if (!path.starts_with(start) || slash < start.size()) return {};
  const std::string component = path.substr(start.size(), slash - start.size());
  if (component.find('/') != std::string::npos) return {};
  return {component, path.substr(slash + 1)};
}

std::string tensor_path(const std::string& name) {
  std::string path;
  std::size_t parts = 0;
  for (std::size_t begin = 0; begin <= name.size(); ++parts) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (!hdf5::is_plain_name(part) || parts >= max_path_components)
      throw failure(
          fmt::format("tensor name '{}' cannot be in a checkpoint: it has 1 to {} parts of letters, "
                      "digits, '_' and '-', joined by dots",
                      name, max_path_components));
    path += (parts == 0 ? "" : "/") + part;
    begin = end + 1;
  }
  return path;
}

Index number_count(std::span<const Index> shape) {
  Index count = 1;
  for (const Index size : shape) count *= size;
  return count;
}

std::string shape_text(std::span<const Index> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

Index first_not_finite(std::span<const float> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](float x) { return !std::isfinite(x); });
  return found == values.end() ? -1 : found - values.begin();
}

}  // namespace orochi::checkpoint
