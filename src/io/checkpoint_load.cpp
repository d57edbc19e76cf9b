// The bytes of a checkpoint, proven whole by the trailer before anything is read from them.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "io/checkpoint_format.hpp"
#include "io/input_file.hpp"

namespace orochi::checkpoint {
namespace {

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

bool starts_as_hdf5(const InputFile& file) {
  std::array<unsigned char, hdf5_signature.size()> start{};
  if (file.size() < start.size()) return false;
  file.read(0, start);
  return std::memcmp(start.data(), hdf5_signature.data(), start.size()) == 0;
}

// Magic and length, before anything of the file's size is allocated.
Trailer read_trailer(const InputFile& file) {
  if (file.size() == 0) file.refuse("is empty, not a checkpoint");
  if (!starts_as_hdf5(file)) file.refuse("is not a checkpoint (not an HDF5 file)");
  Trailer trailer{};
  if (file.size() > trailer_size) file.read(file.size() - trailer_size, trailer);
  if (std::memcmp(trailer.data(), trailer_magic.data(), trailer_magic.size()) != 0)
    file.refuse(
        "is an HDF5 file, but not an Orochi checkpoint: its end mark is missing (another program wrote it, "
        "or it "
        "was cut short)");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(trailer[8 + i]) << (8 * i);
  if (length != file.size() - trailer_size)
    file.refuse(
        fmt::format("is damaged: {} bytes of contents where {} were written; use the checkpoint before it",
                    file.size() - trailer_size, length));
  return trailer;
}

}  // namespace

std::vector<unsigned char> load_image(const std::string& path) {
  const InputFile file(path, "checkpoint", "best.h5");
  const Trailer trailer = read_trailer(file);
  std::vector<unsigned char> image(file.size() - trailer_size);
  file.read(0, image);
  if (make_trailer(image) != trailer)
    file.refuse(
        "is damaged or was changed after it was written: its checksum does not match; use the checkpoint "
        "before "
        "it");
  return image;
}

}  // namespace orochi::checkpoint
