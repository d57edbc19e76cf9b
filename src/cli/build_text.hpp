// What the program was built of, in words.
#pragma once

#include <string>

namespace orochi {

/// "orochi 0.1.0, commit ef03d43c2a17, by g++ 12.2.0"
std::string program_text();
/// "Eigen 3.4.0, HDF5 1.10.8, ..."
std::string libraries_text();
/// The lines of --version below the first one.
std::string build_text();

}  // namespace orochi
