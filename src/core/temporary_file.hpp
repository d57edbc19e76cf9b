// Files without a lasting name.
#pragma once

#include <string>

#include <fcntl.h>
#include <stdlib.h>

namespace orochi {

/// Makes a file of a name of its own in a folder, for reading and writing; -1, with errno, where that cannot
/// be. `path` becomes its path.
inline int make_temporary_file(const std::string& folder, std::string& path) {
  path = folder + "/orochi-XXXXXX";
  return ::mkostemp(path.data(), O_CLOEXEC);
}

}  // namespace orochi
