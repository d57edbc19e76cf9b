// What training learned of its data, as the states that a checkpoint keeps.
#pragma once

#include <map>
#include <string>

#include <orochi/dataset.hpp>
#include <orochi/state.hpp>

namespace orochi {

/// What the tokenizer keeps for text, normalization.mean and .std for numbers, missing.mean where missing
/// ones become it, data.channels.
std::map<std::string, State> state_of(const Preprocessing& preprocessing);

/// The other way round. Throws a usage_error where a list is missing or of another kind; that the lists go
/// together is for the caller to check.
Preprocessing preprocessing_of(const std::map<std::string, State>& states, const DataConfig& config,
                               const Tokenizers& tokenizers);

}  // namespace orochi
