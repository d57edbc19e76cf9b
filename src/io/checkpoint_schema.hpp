// Which datasets a checkpoint has.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/checkpoint.hpp"
#include "io/hdf5_image.hpp"

namespace orochi::checkpoint {

/// The tensors of every group by the group's path ("parameters", "optimizer/first_moment"), in the order of
/// their names, offsets 0. Throws a usage_error that starts with `file` where the datasets are not the
/// format's: header and progress complete and of the right kinds, states lists of text, float64 or int64,
/// tensors float32 of one or two dimensions, the optimizer's groups like the parameters, nothing else.
std::map<std::string, std::vector<TensorSlot>> check_datasets(
    const std::map<std::string, hdf5::Stored>& datasets, const std::string& file);

}  // namespace orochi::checkpoint
