// Which sequences of the files are train, validation and test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/targets.hpp>

#include "data/checks.hpp"
#include "data/target_file.hpp"

namespace orochi {

Part whole_file(const std::string& name, const TargetFile& file);

/// Train, perhaps validation, perhaps test, of the files that the config names, in this order: what data.fold
/// holds out of the training file is test, and what data.validation_fraction takes of the rest validation.
std::vector<Part> parts_of(const std::vector<TargetFile>& files, const DataConfig& config,
                           const Targets& targets, std::uint64_t seed, std::vector<std::string>& notes);

}  // namespace orochi
