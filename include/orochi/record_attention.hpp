// The attention weights of a trained model on one sequence.
#pragma once

#include <vector>

#include <orochi/model.hpp>
#include <orochi/recording.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// One forward pass over sequence i, or over its first window: what each attention layer did. Throws a
/// usage_error for a model without attention, or of several members, and a failure where the maps would not
/// fit into memory.
std::vector<AttentionRecord> record_attention(const Model& model, const Sequences& data, Index i);

}  // namespace orochi
#pragma GCC visibility pop
