// Hugging Face's tokenizer.json: what every kind of model in it has in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/tokenizer.hpp>

namespace orochi {

/// Also in a checkpoint's texts, each of which takes the room of the longest.
constexpr std::size_t longest_piece = VocabularyTokenizer::longest_token;

/// Parses the file and returns what `take_apart(json, path)` makes of it; what is not as expected is a
/// usage_error that names the file.
template <class TakeApart>
auto read_tokenizer_json(const std::string& path, const TakeApart& take_apart);

nlohmann::json parse_tokenizer_json(const std::string& path);
[[noreturn]] void refuse_tokenizer_json(const std::string& path, const std::string& what);

template <class TakeApart>
auto read_tokenizer_json(const std::string& path, const TakeApart& take_apart) {
  const nlohmann::json file = parse_tokenizer_json(path);
  try {
    return take_apart(file, path);
  } catch (const nlohmann::json::exception& error) {
    refuse_tokenizer_json(path, error.what());
  }
}

/// The part's type must be `type`, the one that data.tokenizer = `reader` reads.
void expect_type(const nlohmann::json& file, const char* part, const std::string& type,
                 const std::string& reader, const std::string& path);

/// A piece that a checkpoint can keep.
void check_piece(const std::string& piece, const std::string& path);

/// Pieces in the order of their ids, each of 0 to V - 1 once.
std::vector<std::string> pieces_by_id(const nlohmann::json& vocab, const std::string& path);

/// Of a state: one number from `least` to `most`.
Index number_of(const State& state, const std::string& name, Index least, Index most);

}  // namespace orochi
