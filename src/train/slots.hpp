#pragma once

#include <vector>

#include <orochi/parameters.hpp>

#include "io/checkpoint.hpp"

namespace orochi {

/// The named views of a flat buffer, as checkpoints know them.
std::vector<TensorSlot> tensor_slots(const Parameters& parameters);

}  // namespace orochi
