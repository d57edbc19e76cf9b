// Broken HDF5 data files, made when they are needed: each is a good one but for one thing.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace orochi {

/// By file name; each writes its file to the path it is given. "good.h5" is among them.
std::map<std::string, std::function<void(const std::string& path)>> hdf5_files();

}  // namespace orochi
