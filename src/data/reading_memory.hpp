// What reading a data file takes of memory, before it is read.
#pragma once

#include <string>

#include <orochi/config.hpp>
#include <orochi/reader.hpp>
#include <orochi/tokenizer.hpp>

namespace orochi {

/// About how many bytes the process grows by at most while it reads the file and makes sequences of it, for
/// HDF5 together with the child that reads. 0 for a file that cannot be opened: the reader says why.
/// Throws a failure where it cannot be read to its end.
double reading_memory(const DataConfig& config, const Reader& reader, const Tokenizer& tokenizer,
                      const std::string& path);

}  // namespace orochi
