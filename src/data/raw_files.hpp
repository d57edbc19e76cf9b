// Several files that are read as if they were one.
#pragma once

#include "data/raw.hpp"

namespace orochi {

/// Reads all files that `errors` is of, one after another; a file that is named twice, or has other channels
/// or another number of texts than the first, is an error.
RawSplit read_raw_files(const DataConfig& config, const Readers& readers, const Targets& targets,
                        FileErrors& errors);

}  // namespace orochi
