// Encoders of the BERT family as Hugging Face's tools keep them: a folder with config.json, model.safetensors
// and the tokenizer's files.
#pragma once

#include <string>
#include <vector>

#include <orochi/model.hpp>

namespace orochi {

/// The folder's encoder, without a head. Notes say what of the folder has no place in it. A usage_error where
/// the folder holds something else, with every tensor that does not fit.
Model import_hugging_face(const std::string& folder, const Extensions& extensions,
                          std::vector<std::string>& notes);

}  // namespace orochi
