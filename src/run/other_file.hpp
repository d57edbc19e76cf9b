// What a file is that was given as a configuration and is none; and data files that are not there.
#pragma once

#include <string>

#include <orochi/train.hpp>

#include "run/run_setup.hpp"

namespace orochi {

/// Throws a usage_error that says what to do with data, a checkpoint or a run's folder; returns where `path`
/// may well be a configuration with errors in it.
void refuse_other_file(const std::string& path);

/// Throws a usage_error that names each data file of the config that is not there, with the config's line.
void refuse_missing_files(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions);

}  // namespace orochi
