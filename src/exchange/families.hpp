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

/// config.json's name of a special token, and the token.
using SpecialToken = std::pair<const char*, const char*>;

struct Family {
  const char* type;                    // config.json's model_type
  std::vector<const char*> prefixes;   // of all tensors in some files; "" in others
  const char* block;                   // what a block's tensors begin with, before its number
  std::span<const TensorName> blocks;  // within a block
  std::span<const TensorName> others;
  std::map<std::string, const char*> sizes;  // keys of [model] -> of config.json
  const char* tokenizer;                     // data.tokenizer
  std::span<const SpecialToken> tokens;      // of the tokenizer
  bool skips_positions = false;           // the table's first rows are of padding: pad_token_id + 1 of them
  Index segments = 2;                     // rows of their table of token types; 0: there is none
  const char* encoder = "";               // the model class without a head
  const char* classifier = "";            // the one with a classification head, and what that has:
  const char* pooler = "tanh";            // its function behind the first layer
  std::span<const TensorName> head = {};  // its layers, with prefix
};

std::vector<Family> all_families();

/// A usage_error where there is none; `path` is of the config.json.
Family find_family(const nlohmann::json& config, const std::string& path);

/// What the family calls our parameter, without prefix; "" where it has no such one.
std::string their_name(const Family& family, const std::string& ours);

/// The same in the class with a head, with prefix.
std::string name_in_classifier(const Family& family, const std::string& ours);

/// The word of [model] for a function of config.json's, or "".
std::string activation_of(const std::string& theirs);
/// The other way round.
std::string their_activation(const std::string& ours);

/// config.json's problem_type for a task, or "".
std::string problem_type(const std::string& task);

/// 1_Pooling/config.json's flag of a pooling without weights.
std::span<const TensorName> pooling_modes();

}  // namespace orochi
