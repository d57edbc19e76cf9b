#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

// The reader refuses such numbers: a run that diverged must not replace the checkpoint that can still be
// read.
void refuse_not_finite(const std::string& path, std::span<const TensorSlot> slots,
                       std::span<const TensorGroup> groups) {
  for (const TensorGroup& group : groups)
    for (const TensorSlot& slot : slots) {
      const auto count = static_cast<std::size_t>(checkpoint::number_count(slot.shape));
      const Index found =
          checkpoint::first_not_finite(group.values.subspan(static_cast<std::size_t>(slot.offset), count));
      if (found >= 0)
        throw failure(fmt::format("cannot write '{}': tensor '{}' of '{}' holds NaN or infinity at {}", path,
                                  slot.name, group.path, found));
    }
}

}  // namespace

void write_checkpoint(const std::string& path, const CheckpointHeader& header,
                      std::span<const TensorSlot> slots, std::span<const TensorGroup> groups,
                      const std::string& keep_previous, const FileWriter& write) {
  const std::vector<unsigned char> bytes = checkpoint_image(header, slots, groups);
  refuse_not_finite(path, slots, groups);
  write(path, bytes, keep_previous);
}

}  // namespace orochi
