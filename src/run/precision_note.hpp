#pragma once

#include <string>

#include <orochi/config.hpp>
#include <orochi/parameters.hpp>

namespace orochi {

/// What train.precision = "bf16" leaves in fp32 because of its shape, and which keys to change; "" where that
/// is nothing that a key could change (the head's classes and the input's channels are the data's).
std::string precision_note(const Parameters& parameters, const ModelConfig& model);

}  // namespace orochi
