#include "io/new_folder.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/whole_file.hpp"

namespace orochi {

namespace fs = std::filesystem;

NewFolder::NewFolder(std::string path) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  temporary_ = path_ + ".tmp";
  if (fs::exists(fs::symlink_status(path_)) && !(fs::is_directory(path_) && fs::is_empty(path_)))
    throw usage_error(
        fmt::format("'{}' is there already; name a folder that is not there, or is empty", path_));
  make_folders(fs::path(path_).parent_path().string());
  is_there_ = fs::create_directory(temporary_);
  if (!is_there_)
    throw usage_error(fmt::format(
        "'{}' is there already, as a program leaves it that was stopped while it wrote; remove it",
        temporary_));
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (is_there_) fs::remove_all(temporary_, ignored);
}

void NewFolder::put_in_place() {
  rename_folder(temporary_, path_);
  is_there_ = false;
}

}  // namespace orochi
