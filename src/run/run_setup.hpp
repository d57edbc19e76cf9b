// From a request to what a run is made of: the config in force, the folder, where the data paths count from.
#pragma once

#include <string>
#include <vector>

#include <orochi/train.hpp>

#include "io/config_file.hpp"

namespace orochi {

struct RunSetup {
  Config config;
  std::string config_path;            // or how messages call it
  std::string config_text = {};       // of a config that is in no file
  std::string folder;                 // of the run
  std::string data_folder;            // what data paths are relative to
  std::string start = {};             // checkpoint whose weights, vocabulary and labels it has; or nothing
  std::string encoder = {};           // checkpoint whose encoder and vocabulary it starts with; or nothing
  std::vector<std::string> notes;     // for the user
  std::vector<ConfigChange> changes;  // resume: keys that differ from the checkpoint's and may
  std::string refusal = {};           // why the folder cannot be used, thrown once the data is good; or empty
};

/// Reads the request's config or, to resume without one, the run folder's. Throws a usage_error: errors in
/// the config, nothing to train, or on resume a changed key that would make another run of it.
RunSetup prepare_run(const TrainRequest& request, const Extensions& extensions);

/// Of a file, "." where its path has none.
std::string folder_of(const std::string& path);

/// Data paths that counted from `from`, those of a tokenizer's files too, counted from `to`, as the system
/// follows links.
DataConfig rebase_paths(DataConfig data, const Tokenizers& tokenizers, const std::string& from,
                        const std::string& to);

}  // namespace orochi
