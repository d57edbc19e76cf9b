#include "data/tokenizers/wordpiece_file.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/reader.hpp>

#include "data/file_errors.hpp"
#include "data/tokenizers/read_bytes.hpp"
#include "data/tokenizers/tokenizer_json.hpp"

namespace orochi {
namespace {

using nlohmann::json;

Index find_unknown(const WordPieces& pieces, const std::string& unknown, const std::string& path,
                   const std::string& advice) {
  const auto found = std::find(pieces.vocabulary.begin(), pieces.vocabulary.end(), unknown);
  if (found == pieces.vocabulary.end())
    throw usage_error(fmt::format("{}: the vocabulary has no {}{}", path, quote(unknown), advice));
  return found - pieces.vocabulary.begin();
}

WordPieces read_lines(const std::string& path, bool lowercase) {
  const std::string text = read_text(path, "a vocabulary, a piece a line");
  WordPieces pieces;
  pieces.rules.lowercase = pieces.rules.strip_accents = lowercase;
  std::unordered_map<std::string_view, Index> lines;
  std::string_view rest = text;
  std::vector<FileErrors> errors{FileErrors(path)};
  for (Index line = 1; !rest.empty(); ++line) {
    const std::string_view piece = take_line(rest);
    const auto [first, is_new] = lines.emplace(piece, line);
    if (!is_new)
      errors.front().add(
          fmt::format("{} is on line {} already; a piece has one line", quote(piece), grouped(first->second)),
          line);
    if (piece.size() > longest_piece)
      errors.front().add(fmt::format("a piece of {}; expected at most {} a line",
                                     counted(std::ssize(piece), "byte"), longest_piece),
                         line);
    pieces.vocabulary.emplace_back(piece);
  }
  throw_if_any(errors);
  pieces.unknown = find_unknown(pieces, "[UNK]", path,
                                "; expected BERT's vocab.txt, a piece a line, or a file whose name ends in "
                                ".json for Hugging Face's tokenizer.json");
  return pieces;
}

WordPieces take_apart(const json& file, const std::string& path) {
  const json &model = file.at("model"), &normalizer = file.at("normalizer");
  expect_type(file, "model", "WordPiece", "wordpiece", path);
  expect_type(file, "pre_tokenizer", "BertPreTokenizer", "wordpiece", path);
  WordPieces pieces;
  if (normalizer.is_null()) {
    pieces.rules = {false, false, false, false};
  } else {
    expect_type(file, "normalizer", "BertNormalizer", "wordpiece", path);
    BertRules& rules = pieces.rules;
    rules.clean_text = normalizer.value("clean_text", true);
    rules.cjk_apart = normalizer.value("handle_chinese_chars", true);
    rules.lowercase = normalizer.value("lowercase", true);
    const json strip = normalizer.value("strip_accents", json());
    rules.strip_accents = strip.is_null() ? rules.lowercase : strip.get<bool>();
  }
  pieces.continuation = model.value("continuing_subword_prefix", pieces.continuation);
  pieces.longest_word = model.value("max_input_chars_per_word", pieces.longest_word);
  pieces.vocabulary = pieces_by_id(model.at("vocab"), path);
  pieces.unknown = find_unknown(pieces, model.value("unk_token", "[UNK]"), path, ", its unk_token");
  return pieces;
}

}  // namespace

WordPieces read_word_pieces(const std::string& path, bool lowercase) {
  return path.ends_with(".json") ? read_tokenizer_json(path, take_apart) : read_lines(path, lowercase);
}

}  // namespace orochi
