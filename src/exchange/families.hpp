// What the members of the BERT family call their sizes and tensors.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <orochi/config.hpp>

namespace orochi {

/// Their name of a tensor, or of a layer with a weight and a bias, for ours.
using TensorName = std::pair<const char*, const char*>;

struct Family {
  const char* type;                    // config.json's model_type
  std::vector<const char*> prefixes;   // of all tensors in some files; "" in others
  const char* block;                   // what a block's tensors begin with, before its number
  std::span<const TensorName> blocks;  // within a block
  std::span<const TensorName> others;
  std::map<std::string, const char*> sizes;  // keys of [model] -> of config.json
  const char* tokenizer;                     // data.tokenizer
  bool skips_positions = false;      // the table's first rows are of padding: pad_token_id + 1 of them
  const char* classifier = nullptr;  // the model class with a classification head
};

/// A usage_error where there is none; `path` is of the config.json.
Family find_family(const nlohmann::json& config, const std::string& path);

/// What the family calls our parameter, without prefix; "" where it has no such one.
std::string their_name(const Family& family, const std::string& ours);

/// The word of [model] for a function of config.json's, or "".
std::string activation_of(const std::string& theirs);

}  // namespace orochi
