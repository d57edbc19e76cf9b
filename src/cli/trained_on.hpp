// Whether a model was trained on a file that it is to be measured on.
#pragma once

#include <span>
#include <string>

#include <orochi/model.hpp>

#include "data/split.hpp"

namespace orochi {

/// The training file as training divided it.
TrainValidation split_as_training(const Model& trained, const Sequences& sequences,
                                  std::span<const std::string> groups);

/// A line where the file is one of data.train, under whatever name, or holds the same sequences or some of
/// them; else empty.
std::string trained_on_note(const Model& trained, const std::string& checkpoint, const std::string& path,
                            const LoadedFile& file);

}  // namespace orochi
