// Small files of a test's own, gone when it ends.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <orochi/error.hpp>

#include "data/raw.hpp"
#include "new_folder.hpp"
#include "plain_message.hpp"
#include "tasks.hpp"

namespace orochi::testing {

class TempFolder {
 public:
  TempFolder() : path_(test::new_folder()) {}
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::string write(std::string_view name, std::string_view contents) const {
    std::ofstream(file(name), std::ios::binary) << contents;
    return file(name);
  }

  /// A message without this folder's name, which no test can know.
  std::string without_path(std::string text) const {
    for (std::size_t at = text.find(path_ + "/"); at != std::string::npos; at = text.find(path_ + "/")) {
      text.erase(at, path_.size() + 1);
    }
    return plain_message(text);
  }

 private:
  std::string path_;
};

inline DataConfig config_for(const std::string& format, Options options = {}) {
  DataConfig config;
  config.format = {format, std::move(options)};
  return config;
}

/// The files that the config names in the folder.
inline LoadedData load(const TempFolder& folder, const DataConfig& config, Task& task) {
  return load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), task);
}
inline LoadedData load(const TempFolder& folder, const DataConfig& config,
                       const std::string& task = "classification") {
  return load(folder, config, *new_task(task));
}

/// What a reader finds wrong with a file of these contents.
inline std::string errors_in(const TempFolder& folder, const DataConfig& config, std::string_view contents,
                             const std::string& task = "classification") {
  FileErrors errors(folder.write("f", contents));
  read_raw(config, builtin_readers(), *new_task(task), errors);
  return folder.without_path(errors.report());
}

/// The file as read; an error shows as a path that is not the file's.
inline RawSplit read_back(const TempFolder& folder, const DataConfig& config, std::string_view contents,
                          const std::string& task = "classification", Options of_task = {}) {
  FileErrors errors(folder.write("f", contents));
  RawSplit raw = read_raw(config, builtin_readers(), *new_task(task, std::move(of_task)), errors);
  raw.path = folder.without_path(errors.empty() ? raw.path : errors.report());
  return raw;
}

/// The message of the Error that `call` throws, or "no error".
template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return plain_message(error.what());
  }
  return "no error";
}

}  // namespace orochi::testing
