// The labelled data that `evaluate` and its relatives measure a model on.
#pragma once

#include <string>
#include <vector>

#include <orochi/config.hpp>

#include "cli/command_line.hpp"
#include "train/inference.hpp"

namespace orochi {

/// --data, or the test file of the checkpoint's config, which counts from the checkpoint's folder.
std::string test_data_path(const Arguments& arguments, const std::string& checkpoint, const DataConfig& data);
OptionSpec test_data_option();
/// The file's sequences as the model takes them; what is to be noted of them goes to standard error.
Sequences load_labelled(const TrainedModel& trained, const std::string& path);

/// Refuses an --out that is one of the files that the call reads (under whatever name), as it would be gone.
void refuse_input_as_output(const std::string& out, const std::vector<std::string>& inputs);
/// The data files that a checkpoint's config names, from where the program stands.
std::vector<std::string> data_files(const std::string& checkpoint, const DataConfig& data);

}  // namespace orochi
