// The image of a checkpoint, sealed with a trailer that fits: refused with a message that names the file, or
// read whole.
#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"
#include "memory_file.hpp"

using namespace orochi;
using fuzz::require;

namespace {

void read_all(const std::string& path) {
  const CheckpointReader reader(path);
  for (const char* group : {"parameters", "optimizer/first_moment", "optimizer/second_moment"}) {
    if (!reader.has(group)) continue;
    std::vector<TensorSlot> slots = reader.slots(group);
    Index offset = 0;
    for (TensorSlot& slot : slots) {
      slot.offset = offset;
      offset += checkpoint::number_count(slot.shape);
    }
    std::vector<float> values(static_cast<std::size_t>(offset));
    reader.read(group, slots, values);
    require(checkpoint::first_not_finite(values) < 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  std::vector<std::uint8_t> bytes(data, data + size);
  const checkpoint::Trailer trailer = checkpoint::make_trailer(bytes);
  bytes.insert(bytes.end(), trailer.begin(), trailer.end());
  const std::string& path = file.hold(bytes.data(), bytes.size());
  try {
    read_all(path);
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage && std::string(error.what()).find(path) != std::string::npos);
  }
  return 0;
}
