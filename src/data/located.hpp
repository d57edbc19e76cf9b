// A data file with the place of each sequence in it.
#pragma once

#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "data/raw.hpp"

namespace orochi {

struct LocatedFile {
  LoadedFile file;
  RawSplit places;  // knows nothing but the location of each sequence
};

/// load_file, with places.
LocatedFile load_located(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                         const Targets& targets, const Paths& paths, std::vector<std::string>& notes);

}  // namespace orochi
