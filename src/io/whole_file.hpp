// Files that are written whole or not at all; folders that stay.
#pragma once

#include <span>
#include <string>

namespace orochi {

/// A text as what these functions write.
inline std::span<const unsigned char> bytes_of(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// Writes `bytes` to `path` + ".tmp", syncs, renames over `path`, syncs the folder: whatever stops the
/// machine, the old file or the new one is at `path`. A temporary file that a dead run left is
/// overwritten. With `keep_previous` (a path in the same folder), the file that stood at `path` survives
/// there; at every instant one of the two is whole. Throws a failure that names the file, the system call and
/// its reason; the temporary file is then gone and `path` is as it was, unless the last sync of the folder
/// failed.
void write_whole_file(const std::string& path, std::span<const unsigned char> bytes,
                      const std::string& keep_previous = {});

/// Gives a folder its name, where nothing is or an empty folder, and syncs the one that it is in. Throws as
/// above.
void rename_folder(const std::string& from, const std::string& to);

/// Makes the folder and those above it that are missing, and syncs the folder that each was made in: files in
/// it survive a loss of power only if it does. Throws a failure that gives the reason.
void make_folders(const std::string& path);

}  // namespace orochi
