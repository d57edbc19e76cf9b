// Folders that are written whole or not at all.
#pragma once

#include <string>

namespace orochi {

/// A folder that gets its name when all is in it; until then, its files go to `temporary`, which is gone with
/// the object. A usage_error where something is at `path` already, but for an empty folder.
class NewFolder {
 public:
  explicit NewFolder(std::string path);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::string& temporary() const { return temporary_; }
  void put_in_place();

 private:
  std::string path_, temporary_;
  bool is_there_ = false;  // the temporary one
};

}  // namespace orochi
