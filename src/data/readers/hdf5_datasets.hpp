// The datasets of an HDF5 data file, as libhdf5 gives them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "data/raw.hpp"

namespace orochi {

/// `values`, `offsets`, `labels` and, if there are any, `weights` and `groups` of the file; only their types,
/// shapes and sizes are checked. `opened` is
/// called once the file is open. libhdf5 reads beyond its memory in some damaged files: read_hdf5 calls this
/// in a child process.
RawSplit read_hdf5_datasets(const std::string& path, const Targets& targets, FileErrors& errors,
                            const std::function<void()>& opened);

/// What the file claims to hold, as far as it can: numbers in `values`, sequences in `labels`. Both 0 where
/// something is wrong with either. Same danger, same `opened`.
struct Hdf5Size {
  std::uint64_t numbers = 0, sequences = 0;
};
Hdf5Size claimed_hdf5_size(const std::string& path, const std::function<void()>& opened);

/// What the numbers must be besides. Labels a row become one text a sequence.
void check_hdf5_contents(RawSplit& raw, const Targets& targets, FileErrors& errors);

}  // namespace orochi
