// The labelled data that `evaluate` and its relatives measure a model on.
#pragma once

#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "cli/command_line.hpp"
#include "data/located.hpp"

namespace orochi {

/// The verb's first word: a checkpoint, or a run folder, which means its best.h5.
std::string checkpoint_of(const Arguments& arguments);
/// A file that a checkpoint's config names from the checkpoint's folder.
std::string beside(const std::string& checkpoint, const std::string& name);
/// --data, or the test file of the checkpoint's config, which counts from the checkpoint's folder.
std::string test_data_path(const Arguments& arguments, const std::string& checkpoint, const DataConfig& data);
OptionSpec test_data_option();
/// Takes settings KEY=VALUE that say how a data file is read: data.format and data.encoding. Others are a
/// usage_error.
void take_settings(Model& trained, std::span<const std::string> settings);
/// The second word where it is no setting: a file; else empty.
std::string file_word(const Arguments& arguments);
/// Takes the settings behind the first word, and the file if there is one.
void take_settings_behind(const Arguments& arguments, Model& trained);
/// CHECKPOINT, and the words that take_settings takes.
WordSpec checkpoint_word();
WordSpec settings_word();
/// The files' sequences as the model takes them; what is to be noted of them goes to standard error.
LoadedFile load_labelled(const Model& trained, const Paths& paths);
LocatedFile load_located(const Model& trained, const Paths& paths);

/// Refuses an --out (under whatever name) that is one of `inputs`, the checkpoint, a file of the run it
/// is in, or data that its config names: it would be gone.
void refuse_output_over_inputs(const std::string& out, const std::string& checkpoint, const DataConfig& data,
                               std::vector<std::string> inputs);

}  // namespace orochi
