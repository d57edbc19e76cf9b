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

/// What `export_safetensors` wrote.
struct Exported {
  std::string model_class;  // of transformers, or "": there is no counterpart, and the tensors have our names
  std::vector<std::string> notes;  // what the folder does not say, and of a model without counterpart why
};

/// Writes a folder that transformers loads with the same outputs, or, where it has no such model, the tensors
/// and the config as they are; whole or not at all. A usage_error where the folder holds something.
Exported export_safetensors(const Model& model, const std::string& folder);

}  // namespace orochi
