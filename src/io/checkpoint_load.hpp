// The bytes of a checkpoint, proven whole by the trailer before anything is read from them.
#pragma once

#include <string>
#include <vector>

namespace orochi::checkpoint {

/// The HDF5 image of the checkpoint at `path`, without its trailer. Throws a usage_error: no such file, not a
/// file, not a checkpoint, damaged.
std::vector<unsigned char> load_image(const std::string& path);

}  // namespace orochi::checkpoint
