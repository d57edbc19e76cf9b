// Text to tokens, and the vocabulary that training learns.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/config.hpp>

namespace orochi {

/// Entry 0 of every vocabulary: what stands for tokens that it does not have.
inline constexpr std::string_view unknown_token = "<unk>";

/// Cuts texts into tokens. `char`: every code point, white space too. `word`: what stands between white
/// space, with each punctuation mark a token of its own ("don't" is don ' t). With `lowercase`, after
/// folding.
class Tokenizer {
 public:
  /// Throws a usage_error for an unknown name.
  explicit Tokenizer(const DataConfig& config);

  /// The text must be valid UTF-8. The tokens are good until the next call or until `text` ends.
  std::span<const std::string_view> split(std::string_view text);

 private:
  void split_words(std::string_view text);
  void split_characters(std::string_view text);

  bool by_word_;
  bool lowercase_;
  std::string lowered_;
  std::vector<std::string_view> tokens_;
};

/// Longer tokens stay unknown: a checkpoint pads every entry of the vocabulary to the longest.
inline constexpr std::size_t longest_token = 256;  // bytes

/// <unk>, then the tokens of the texts (of their first max_length tokens) that occur min_count times or more
/// and have at most longest_token bytes, the most frequent first, equal counts in the order of their bytes;
/// at most vocab_size entries.
std::vector<std::string> make_vocabulary(const DataConfig& config, std::span<const std::string_view> texts);

}  // namespace orochi
