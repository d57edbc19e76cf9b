#include "exchange/tokenizer_files.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/as_size.hpp"
#include "core/choices.hpp"

namespace orochi {
namespace {

using nlohmann::json;

const std::string& piece_at(const State& state, Index id) { return state.texts("vocabulary")[as_size(id)]; }

bool rule(const State& state, const char* name) { return state.integers(name).front() == 1; }

json unknown_piece(const State& state) {
  const Index id = state.integers("unknown").front();
  return id < 0 ? json() : json(piece_at(state, id));
}

json vocabulary(const State& state) {
  json result = json::object();
  for (const std::string& piece : state.texts("vocabulary")) result.emplace(piece, result.size());
  return result;
}

/// What is before the special tokens: normalizer, pre_tokenizer, model, decoder.
json word_pieces(const State& state) {
  return {{"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", rule(state, "clean_text")},
            {"handle_chinese_chars", rule(state, "cjk_apart")},
            {"strip_accents", rule(state, "strip_accents")},
            {"lowercase", rule(state, "lowercase")}}},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"model",
           {{"type", "WordPiece"},
            {"unk_token", unknown_piece(state)},
            {"continuing_subword_prefix", state.texts("continuation").front()},
            {"max_input_chars_per_word", state.integers("longest_word").front()},
            {"vocab", vocabulary(state)}}},
          {"decoder",
           {{"type", "WordPiece"}, {"prefix", state.texts("continuation").front()}, {"cleanup", true}}}};
}

json byte_pairs(const State& state) {
  json merges = json::array();
  const std::vector<std::int64_t>& merged = state.integers("merges");
  for (std::size_t i = 0; i < merged.size(); i += 2)
    merges.push_back(json::array({piece_at(state, merged[i]), piece_at(state, merged[i + 1])}));
  const json bytes{{"type", "ByteLevel"},
                   {"add_prefix_space", rule(state, "adds_blank")},
                   {"trim_offsets", true},
                   {"use_regex", rule(state, "cuts")}};
  return {{"normalizer", rule(state, "composes") ? json{{"type", "NFC"}} : json()},
          {"pre_tokenizer", bytes},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", unknown_piece(state)},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", rule(state, "fuses_unknown")},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocabulary(state)},
            {"merges", merges}}},
          {"decoder", bytes}};
}

/// begin text end, and of a pair begin text end text end, as data.special_tokens has it.
json template_of(const State& state, Index begin, Index end) {
  const auto special = [&](Index id, int type) {
    return json{{"SpecialToken", {{"id", piece_at(state, id)}, {"type_id", type}}}};
  };
  const auto text = [](const char* name, int type) {
    return json{{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  json single = json::array({special(begin, 0), text("A", 0), special(end, 0)});
  json pair = single;
  pair.push_back(text("B", 1)), pair.push_back(special(end, 1));
  json tokens = json::object();
  for (const Index id : {begin, end}) {
    const std::string& piece = piece_at(state, id);
    tokens[piece] = {{"id", piece}, {"ids", json::array({id})}, {"tokens", json::array({piece})}};
  }
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
}

json tokenizer_json(const State& state, const Tokenizer& tokenizer, const Family& family) {
  json file = state.has("merges") ? byte_pairs(state) : word_pieces(state);
  file["version"] = "1.0";
  file["truncation"] = file["padding"] = nullptr;
  std::map<Index, std::string> special;
  for (const auto& [name, piece] : family.tokens)
    if (const Index id = special_id(state, family, name); id >= 0) special[id] = piece_at(state, id);
  file["added_tokens"] = json::array();
  for (const auto& [id, piece] : special)
    file["added_tokens"].push_back({{"id", id},
                                    {"content", piece},
                                    {"single_word", false},
                                    {"lstrip", false},
                                    {"rstrip", false},
                                    {"normalized", false},
                                    {"special", true}});
  file["post_processor"] = template_of(state, tokenizer.begin(), tokenizer.end());
  return file;
}

}  // namespace

Index id_of(const State& tokenizer, const std::string& piece) {
  const std::vector<std::string>& pieces = tokenizer.texts("vocabulary");
  const auto found = std::find(pieces.begin(), pieces.end(), piece);
  return found == pieces.end() ? -1 : found - pieces.begin();
}

Index special_id(const State& tokenizer, const Family& family, const std::string& name) {
  if (name == "unk_token" && tokenizer.integers("unknown").front() >= 0)
    return tokenizer.integers("unknown").front();
  for (const auto& [own, piece] : family.tokens)
    if (own == name) return id_of(tokenizer, piece);
  return -1;
}

TextFiles tokenizer_files(const Model& model, const Family& family, bool with_segments) {
  State state;
  model.preprocessing.tokenizer->save(state);
  json names = json::array({"input_ids", "attention_mask"});
  if (with_segments) names.push_back("token_type_ids");
  // Their class that takes tokenizer.json as it is. A special token that a text spells out is text here, so
  // there, too (split_special_tokens).
  json settings{{"tokenizer_class", "PreTrainedTokenizerFast"},
                {"model_max_length", model.config.data.max_length},
                {"model_input_names", names},
                {"truncation_side",
                 truncation_choice.is(model.config.data.truncation, Truncation::tail) ? "left" : "right"},
                {"split_special_tokens", true},
                {"clean_up_tokenization_spaces", false}};
  for (const auto& [name, piece] : family.tokens)
    if (const Index id = special_id(state, family, name); id >= 0) settings[name] = piece_at(state, id);
  TextFiles files{
      {"tokenizer.json", tokenizer_json(state, *model.preprocessing.tokenizer, family).dump() + "\n"}};
  if (!state.has("merges")) {  // what reads vocab.txt alone
    settings["do_lower_case"] = rule(state, "lowercase");
    settings["strip_accents"] = rule(state, "strip_accents");
    settings["tokenize_chinese_chars"] = rule(state, "cjk_apart");
    files["vocab.txt"] = fmt::format("{}\n", fmt::join(state.texts("vocabulary"), "\n"));
  }
  files["tokenizer_config.json"] = settings.dump(2) + "\n";
  return files;
}

}  // namespace orochi
