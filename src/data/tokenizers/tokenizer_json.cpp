#include "data/tokenizers/tokenizer_json.hpp"

#include <fmt/format.h>

#include "data/file_errors.hpp"
#include "data/tokenizers/read_bytes.hpp"

namespace orochi {

using nlohmann::json;

void refuse_tokenizer_json(const std::string& path, const std::string& what) {
  throw usage_error(fmt::format("{}: {}; expected Hugging Face's tokenizer.json", path, what));
}

json parse_tokenizer_json(const std::string& path) {
  const std::string text = read_text(path, "Hugging Face's tokenizer.json");
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    refuse_tokenizer_json(path, fmt::format("no JSON from byte {} on", error.byte));
  }
}

void expect_type(const json& file, const char* part, const std::string& type, const std::string& reader,
                 const std::string& path) {
  const json& object = file.at(part);
  const json found = object.is_object() ? object.value("type", json()) : json();
  if (found == type) return;
  throw usage_error(fmt::format("{}: its {} is {}; data.tokenizer = \"{}\" reads \"{}\"", path, part,
                                found.is_string() ? quote(found.get<std::string>()) : "of no type", reader,
                                type));
}

void check_piece(const std::string& piece, const std::string& path) {
  if (piece.size() > longest_piece || piece.find('\0') != std::string::npos)
    throw usage_error(fmt::format("{}: the piece {} has {}; expected at most {}, none of them NUL", path,
                                  quote(piece), counted(std::ssize(piece), "byte"), longest_piece));
}

std::vector<std::string> pieces_by_id(const json& vocab, const std::string& path) {
  if (!vocab.is_object() || vocab.empty())
    throw usage_error(path + ": its model has no vocab; expected an object of pieces and their ids");
  std::vector<std::string> pieces(vocab.size());
  std::vector<bool> has(vocab.size());
  for (const auto& [piece, id] : vocab.items()) {
    const Index number = id.is_number_integer() ? id.get<Index>() : -1;
    if (number < 0 || number >= std::ssize(pieces) || has[static_cast<std::size_t>(number)])
      throw usage_error(fmt::format("{}: the id of {} is {}; expected each of 0 to {} once", path,
                                    quote(piece), quote(id.dump()), pieces.size() - 1));
    check_piece(piece, path);
    pieces[static_cast<std::size_t>(number)] = piece;
    has[static_cast<std::size_t>(number)] = true;
  }
  return pieces;
}

Index number_of(const State& state, const std::string& name, Index least, Index most) {
  const std::vector<std::int64_t>& list = state.integers(name);
  if (list.size() != 1 || list.front() < least || list.front() > most)
    throw usage_error(fmt::format("its state \"{}\" is not one number from {} to {}", name, least, most));
  return list.front();
}

}  // namespace orochi
