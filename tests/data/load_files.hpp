// Data sets of a few files, loaded as classification.
#pragma once

#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace orochi::testing {

using Lines = std::vector<std::string>;

inline DataConfig files(const std::string& format, const std::string& train,
                        const std::string& validation = "", const std::string& test = "") {
  DataConfig config = config_for(format);
  config.tokenizer.type = "char";
  config.train = train;
  config.validation = validation;
  config.test = test;
  return config;
}

/// As classification.
inline LoadedData load_data(const DataConfig& config, const std::string& folder, std::uint64_t seed) {
  return orochi::load_data(config, folder, seed, builtin_readers(), builtin_tokenizers(), *new_task());
}

inline std::string load_message(const TempFolder& folder, const DataConfig& config) {
  return folder.without_path(message_of([&] { load_data(config, folder.path(), 42); }));
}

inline Lines without_paths(const TempFolder& folder, Lines notes) {
  for (std::string& note : notes) note = folder.without_path(note);
  return notes;
}

}  // namespace orochi::testing
