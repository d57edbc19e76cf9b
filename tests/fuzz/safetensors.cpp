// A file as it is; and one whose header ends at the last brace, with a length that fits: refused with a
// message that names the file, or read whole. What is read is written, and read again the same.
#include "io/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <orochi/error.hpp>

#include "memory_file.hpp"

using namespace orochi;
using fuzz::require;

namespace {

std::vector<float> numbers(const SafetensorsFile& file, const std::string& name) {
  std::vector<float> values(static_cast<std::size_t>(file.tensors().at(name).count));
  file.read(name, std::span(values));
  return values;
}

void write_again(const std::string& name, const StoredTensor& tensor, const std::vector<float>& values) {
  static const fuzz::MemoryFile copy;
  const SafetensorsTensor written{name, tensor.shape, values};
  const std::vector<unsigned char> image = safetensors_image({&written, 1});
  const SafetensorsFile file(copy.hold(image.data(), image.size()));
  require(file.tensors().size() == 1 && file.tensors().at(name).shape == tensor.shape);
  const std::vector<float> again = numbers(file, name);
  require(std::equal(again.begin(), again.end(), values.begin(), values.end(),
                     [](float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }));
}

void read_whole(const std::string& path, std::size_t size) {
  try {
    const SafetensorsFile file(path);
    std::size_t covered = 0;
    for (const auto& entry : file.tensors()) {
      covered += entry.second.end - entry.second.begin;
      const std::string& dtype = entry.second.dtype;
      if (dtype == "F16" || dtype == "BF16" || dtype == "F32" || dtype == "F64")
        write_again(entry.first, entry.second, numbers(file, entry.first));
    }
    require(covered <= size);
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage && std::string(error.what()).find(path) != std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  read_whole(file.hold(data, size), size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t length = text.rfind('}') + 1;  // 0 where there is none
  std::string fitting(sizeof length, '\0');
  std::memcpy(fitting.data(), &length, sizeof length);
  fitting += text;
  read_whole(file.hold(reinterpret_cast<const std::uint8_t*>(fitting.data()), fitting.size()),
             fitting.size());
  return 0;
}
