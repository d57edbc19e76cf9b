// The image of a checkpoint, by itself and sealed with a trailer that fits: refused with a message that names
// the file, or read whole; and read as a model with other tensors would.
#include <functional>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"
#include "memory_file.hpp"

using namespace orochi;
using fuzz::require;

namespace {

Index place_slots(std::vector<TensorSlot>& slots) {
  Index offset = 0;
  for (TensorSlot& slot : slots) {
    slot.offset = offset;
    offset += checkpoint::number_count(slot.shape);
  }
  return offset;
}

void read_group(const CheckpointReader& reader, const std::string& group, std::vector<TensorSlot> slots) {
  std::vector<float> values(static_cast<std::size_t>(place_slots(slots)));
  reader.read(group, slots, values);
  require(checkpoint::first_not_finite(values) < 0);
}

// Every part by itself: one that is refused must not keep the next from being tried.
void read_parts(const std::string& path) {
  const auto may_refuse = [&](const std::function<void()>& part) {
    try {
      part();
    } catch (const Error& error) {
      require(error.code() == ExitCode::usage && std::string(error.what()).find(path) != std::string::npos);
    }
  };
  may_refuse([&] {
    CheckpointReader opened(path);
    const CheckpointReader reader = std::move(opened);
    for (const auto& [component, state] : reader.header().state)
      require(!component.empty() && !state.values().empty());
    for (const char* group : {"parameters", "optimizer/first_moment", "optimizer/second_moment"})
      may_refuse([&] { read_group(reader, group, reader.slots(group)); });
    may_refuse([&] { read_group(reader, "parameters", {{"head.weight", {2, 3}}, {"head.bias", {2}}}); });
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  read_parts(file.hold(data, size));
  std::vector<std::uint8_t> bytes(data, data + size);
  const checkpoint::Trailer trailer = checkpoint::make_trailer(bytes);
  bytes.insert(bytes.end(), trailer.begin(), trailer.end());
  read_parts(file.hold(bytes.data(), bytes.size()));
  return 0;
}
