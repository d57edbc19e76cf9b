// Training that starts from the encoder of a checkpoint: its keys of [model], vocabulary and weights, under a
// head that is new.
#pragma once

#include <span>
#include <string>

#include <orochi/model.hpp>

namespace orochi {

/// The config at `path`, where keys of [model] and the tokenizer that it leaves out are the checkpoint's.
/// Throws a usage_error with those that make another encoder.
Config read_config_over(const std::string& checkpoint, const std::string& path,
                        std::span<const std::string> overrides, const Extensions& extensions);

/// Takes the weights of `encoder`; returns the names of what is new: head, pooling. A usage_error where
/// something else of the model has none.
std::vector<std::string> take_encoder(const Model& encoder, Model& model);

}  // namespace orochi
