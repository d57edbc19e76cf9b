// A tokenizer as Hugging Face's tools keep it.
#pragma once

#include <map>
#include <string>

#include <orochi/model.hpp>

#include "exchange/families.hpp"

namespace orochi {

/// By name, what is in them.
using TextFiles = std::map<std::string, std::string>;

/// tokenizer.json, tokenizer_config.json and, of WordPiece, vocab.txt, which give our ids. `with_segments`:
/// whether the model tells a pair's texts apart.
TextFiles tokenizer_files(const Model& model, const Family& family, bool with_segments);

/// A piece's id in a tokenizer's state, or -1.
Index id_of(const State& tokenizer, const std::string& piece);

/// The id of a special token by config.json's name, or -1.
Index special_id(const State& tokenizer, const Family& family, const std::string& name);

}  // namespace orochi
