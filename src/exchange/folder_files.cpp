#include "exchange/folder_files.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/file_errors.hpp"

namespace orochi {

using nlohmann::json;

bool is_there(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

namespace {

/// Copies and destructors of what is nested go as deep as it does.
json parse(std::istream& file, const std::string& path) {
  constexpr int deepest = 64;
  const auto bounded = [&](int depth, json::parse_event_t, json&) {
    if (depth > deepest) throw usage_error(fmt::format("{}: nested more than {} deep", path, deepest));
    return true;
  };
  return json::parse(file, bounded, false);
}

}  // namespace

json read_json(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw usage_error(
        fmt::format("{}: cannot be opened; expected a folder with config.json, model.safetensors "
                    "and the tokenizer's files, as Hugging Face's save_pretrained writes it",
                    path));
  json parsed = parse(file, path);
  if (!parsed.is_object()) throw usage_error(fmt::format("{}: expected a JSON object", path));
  return parsed;
}

std::string text_of(const json& value) {
  return value.is_structured() ? std::string("a ") + value.type_name() : value.dump(-1, ' ', true);
}

std::string read_pooling(const std::string& folder, const std::string& otherwise) {
  const std::string path = folder + "/1_Pooling/config.json";
  if (!is_there(path)) return otherwise;
  const json said = read_json(path);
  std::string result;
  Index modes = 0;
  for (const auto& [key, value] : said.items()) {
    if (!key.starts_with("pooling_mode_") || value != json(true)) continue;
    ++modes;
    for (const auto& [ours, theirs] : pooling_modes())
      if (key == theirs) result = ours;
  }
  if (modes != 1 || result.empty())
    throw usage_error(
        fmt::format("{}: expected one pooling_mode_ that is true, of cls_token, mean_tokens, "
                    "max_tokens; without this file the encoder pools by its mean, or as "
                    "model.pooling says",
                    path));
  return result;
}

void note_modules(const std::string& folder, std::vector<std::string>& notes) {
  const std::string path = folder + "/modules.json";
  std::ifstream file(path, std::ios::binary);
  const json modules = parse(file, path);
  if (!modules.is_array()) return;
  for (const json& module : modules) {
    const std::string type = module.is_object() ? module.value("type", json("")).dump(-1, ' ', true) : "";
    if (!type.empty() && type.find(".Transformer\"") == std::string::npos &&
        type.find(".Pooling\"") == std::string::npos)
      notes.push_back(fmt::format("{}: {} is left out", path, type));
  }
}

namespace {

/// With a vocab.txt alone the rules are those of BERT's own tokenizers.
void check_rules(const json& said, const json& lowercase, const std::string& path) {
  const std::pair<const char*, json> expected[] = {
      {"strip_accents", lowercase}, {"tokenize_chinese_chars", true}, {"do_basic_tokenize", true}};
  for (const auto& [key, value] : expected)
    if (const json found = said.value(key, json()); !found.is_null() && found != value)
      throw usage_error(
          fmt::format("{}: {} is {}, which a tokenizer.json must say; AutoTokenizer.from_pretrained(...)"
                      ".save_pretrained writes it",
                      path, key, text_of(found)));
}

}  // namespace

std::shared_ptr<const Tokenizer> read_tokenizer(const std::string& folder, const Family& family,
                                                const Tokenizers& tokenizers, DataConfig& data) {
  const std::string described = folder + "/tokenizer.json", words = folder + "/vocab.txt";
  const bool is_wordpiece = family.tokenizer == std::string("wordpiece");
  if (!is_there(described) && !(is_wordpiece && is_there(words)))
    throw usage_error(fmt::format("{}: is missing{}", described,
                                  is_wordpiece
                                      ? ", and so is vocab.txt"
                                      : "; AutoTokenizer.from_pretrained(...).save_pretrained writes it"));
  Component component{family.tokenizer};
  if (is_wordpiece) {
    const std::string settings = folder + "/tokenizer_config.json";
    const json said = is_there(settings) ? read_json(settings) : json::object();
    const json lowercase = said.value("do_lower_case", json(true));
    if (!lowercase.is_boolean())
      throw usage_error(
          fmt::format("{}: do_lower_case is {}; expected true or false", settings, text_of(lowercase)));
    component.options["lowercase"] = lowercase.get<bool>();
    if (!is_there(described)) check_rules(said, lowercase, settings);
  }
  data.special_tokens = true;
  data.tokenizer = component;
  if (!is_wordpiece)
    data.tokenizer.options["model"] = "tokenizer.json";  // by its ending it is not SentencePiece's
  component.options[is_wordpiece ? "vocabulary" : "model"] = is_there(described) ? described : words;
  std::unique_ptr<Tokenizer> tokenizer = tokenizers.make(component);
  tokenizer->fit({}, 0);
  if (is_wordpiece) {  // tokenizer.json says it itself
    State state;
    tokenizer->save(state);
    data.tokenizer.options["lowercase"] = state.integers("lowercase").front() == 1;
  }
  return tokenizer;
}

}  // namespace orochi
