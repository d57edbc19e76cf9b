// What Hugging Face's tokenizer.json does with a text before a unigram model cuts it: normalizers, then words
// that begin with a mark in place of the blank before them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/state.hpp>

namespace orochi {

class TextRules {
 public:
  /// Of `normalizer` and `pre_tokenizer`. What it does not know is a usage_error.
  static TextRules of_json(const nlohmann::json& file, const std::string& path);

  /// The words of a text, none of them empty.
  std::vector<std::string> words(std::string_view text) const;

  void save(State& state) const { state.set("rules", rules_); }
  void load(const State& state);

 private:
  void add_normalizer(const nlohmann::json& normalizer, const std::string& path);
  void add_pre_tokenizer(const nlohmann::json& pre_tokenizer, const std::string& path);

  std::vector<std::string> rules_;  // a name and two arguments each
};

}  // namespace orochi
