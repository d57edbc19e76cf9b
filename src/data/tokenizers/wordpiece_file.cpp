#include "data/tokenizers/wordpiece_file.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/reader.hpp>
#include <orochi/tokenizer.hpp>

#include "data/file_errors.hpp"
#include "data/tokenizers/read_bytes.hpp"

namespace orochi {
namespace {

using nlohmann::json;

/// Also in a checkpoint's texts, each of which takes the room of the longest.
constexpr std::size_t longest_piece = VocabularyTokenizer::longest_token;

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

void expect_type(const json& file, const char* name, const std::string& type, const std::string& path) {
  const json& object = file.at(name);
  const json found = object.is_object() ? object.value("type", json()) : json();
  if (found == type) return;
  throw usage_error(fmt::format("{}: its {} is {}; data.tokenizer = \"wordpiece\" reads \"{}\"", path, name,
                                found.is_string() ? quote(found.get<std::string>()) : "of no type", type));
}

std::vector<std::string> by_id(const json& vocab, const std::string& path) {
  std::vector<std::string> pieces(vocab.size());
  std::vector<bool> has(vocab.size());
  for (const auto& [piece, id] : vocab.items()) {
    const Index number = id.is_number_integer() ? id.get<Index>() : -1;
    if (number < 0 || number >= std::ssize(pieces) || has[static_cast<std::size_t>(number)])
      throw usage_error(fmt::format("{}: the id of {} is {}; expected each of 0 to {} once", path,
                                    quote(piece), quote(id.dump()), pieces.size() - 1));
    if (piece.size() > longest_piece || piece.find('\0') != std::string::npos)
      throw usage_error(fmt::format("{}: the piece {} has {}; expected at most {}, none of them NUL", path,
                                    quote(piece), counted(std::ssize(piece), "byte"), longest_piece));
    pieces[static_cast<std::size_t>(number)] = piece;
    has[static_cast<std::size_t>(number)] = true;
  }
  return pieces;
}

WordPieces take_apart(const json& file, const std::string& path) {
  const json &model = file.at("model"), &normalizer = file.at("normalizer");
  expect_type(file, "model", "WordPiece", path);
  expect_type(file, "pre_tokenizer", "BertPreTokenizer", path);
  WordPieces pieces;
  if (normalizer.is_null()) {
    pieces.rules = {false, false, false, false};
  } else {
    expect_type(file, "normalizer", "BertNormalizer", path);
    BertRules& rules = pieces.rules;
    rules.clean_text = normalizer.value("clean_text", true);
    rules.cjk_apart = normalizer.value("handle_chinese_chars", true);
    rules.lowercase = normalizer.value("lowercase", true);
    const json strip = normalizer.value("strip_accents", json());
    rules.strip_accents = strip.is_null() ? rules.lowercase : strip.get<bool>();
  }
  pieces.continuation = model.value("continuing_subword_prefix", pieces.continuation);
  pieces.longest_word = model.value("max_input_chars_per_word", pieces.longest_word);
  const json& vocab = model.at("vocab");
  if (!vocab.is_object() || vocab.empty())
    throw usage_error(path + ": its model has no vocab; expected an object of pieces and their ids");
  pieces.vocabulary = by_id(vocab, path);
  pieces.unknown = find_unknown(pieces, model.value("unk_token", "[UNK]"), path, ", its unk_token");
  return pieces;
}

WordPieces read_json(const std::string& path) {
  const std::string text = read_text(path, "Hugging Face's tokenizer.json");
  try {
    return take_apart(json::parse(text), path);
  } catch (const json::parse_error& error) {
    throw usage_error(
        fmt::format("{}: no JSON from byte {} on; expected Hugging Face's tokenizer.json", path, error.byte));
  } catch (const json::exception& error) {
    throw usage_error(fmt::format("{}: {}; expected Hugging Face's tokenizer.json", path, error.what()));
  }
}

}  // namespace

WordPieces read_word_pieces(const std::string& path, bool lowercase) {
  return path.ends_with(".json") ? read_json(path) : read_lines(path, lowercase);
}

}  // namespace orochi
