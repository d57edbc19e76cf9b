// A folder for a test's own files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace orochi::test {

/// Makes an empty folder among the machine's temporary files; whoever asks for it removes it.
inline std::string new_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "orochi-test-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return path;
}

}  // namespace orochi::test
