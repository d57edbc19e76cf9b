#include "data/tokenizers/text_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/utf8.hpp"
#include "data/file_errors.hpp"
#include "data/tokenizers/tokenizer_json.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

using nlohmann::json;

/// As for neural machine translation: without control characters, some others as blanks.
std::string without_controls(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = utf8::decode(text, at);
    const bool is_blank = c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || c == 0x2028 ||
                          c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD ||
                          (c >= 0x200B && c <= 0x200F);
    const bool is_nothing = (c < 0x20 && !is_blank) || c == 0x7F || c == 0x8F || c == 0x9F;
    if (!is_nothing) utf8::append(result, is_blank ? U' ' : c);
  }
  return result;
}

/// `from` as often as it is there; `in_a_row`: two or more of it as one.
std::string replaced(std::string_view text, const std::string& from, const std::string& to, bool in_a_row) {
  std::string result;
  while (true) {
    const std::size_t at = std::min(text.find(from), text.size());
    result += text.substr(0, at);
    if (at == text.size()) return result;
    text.remove_prefix(at + from.size());
    bool is_single = true;
    for (; in_a_row && text.starts_with(from); is_single = false) text.remove_prefix(from.size());
    result += in_a_row && is_single ? from : to;
  }
}

std::vector<std::string> cut_at_blanks(const std::string& text) {
  std::vector<std::string> words(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (utf8::is_space(utf8::decode(text, at)))
      words.emplace_back();
    else
      words.back() += text.substr(here, at - here);
  }
  return words;
}

/// Each mark begins a word.
void cut_before(const std::string& mark, std::string_view text, std::vector<std::string>& words) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(mark, text.starts_with(mark) ? mark.size() : 0), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

constexpr std::array<const char*, 9> steps{"NFC", "NFD",     "NFKC", "NFKD",           "Lowercase",
                                           "Nmt", "Replace", "Fuse", "WhitespaceSplit"};

}  // namespace

void TextRules::add_normalizer(const json& normalizer, const std::string& path) {
  if (normalizer.is_null()) return;
  const auto type = normalizer.at("type").get<std::string>();
  if (type == "Sequence") {
    for (const json& part : normalizer.at("normalizers")) add_normalizer(part, path);
    return;
  }
  const bool is_known = std::find(steps.begin(), steps.begin() + 7, type) != steps.begin() + 7;
  if (type == "Replace") {
    const json& pattern = normalizer.at("pattern");
    const json text = pattern.value("String", json()), expression = pattern.value("Regex", json());
    const auto content = normalizer.at("content").get<std::string>();
    if (expression == " {2,}") return rules_.insert(rules_.end(), {"Fuse", " ", content}), void();
    if (text.is_string() && text != "") return rules_.insert(rules_.end(), {type, text, content}), void();
    refuse_tokenizer_json(path,
                          fmt::format("its normalizer replaces {}, which is not known", pattern.dump()));
  }
  if (!is_known)
    refuse_tokenizer_json(
        path,
        fmt::format("its normalizer is {}; known are NFC, NFD, NFKC, NFKD, Lowercase, Nmt and "
                    "Replace{}",
                    quote(type), type == "Precompiled" ? ": name the SentencePiece .model beside it" : ""));
  rules_.insert(rules_.end(), {type, "", ""});
}

void TextRules::add_pre_tokenizer(const json& pre_tokenizer, const std::string& path) {
  const json found = pre_tokenizer.is_object() ? pre_tokenizer.value("type", json()) : json();
  if (found == "Sequence") {
    for (const json& part : pre_tokenizer.at("pretokenizers")) add_pre_tokenizer(part, path);
  } else if (found == "WhitespaceSplit") {
    rules_.insert(rules_.end(), {"WhitespaceSplit", "", ""});
  } else if (found == "Metaspace") {
    const bool adds = pre_tokenizer.value("add_prefix_space", true);  // of older files
    const auto scheme = pre_tokenizer.value("prepend_scheme", adds ? "always" : "never");
    const auto mark = pre_tokenizer.value("replacement", "\xE2\x96\x81");
    if ((scheme != "always" && scheme != "never") || mark.empty() || !pre_tokenizer.value("split", true))
      refuse_tokenizer_json(path, "its Metaspace is " + pre_tokenizer.dump() +
                                      "; known are split = true with prepend_scheme \"always\" or \"never\"");
    rules_.insert(rules_.end(), {"Metaspace", mark, scheme});
  } else {
    refuse_tokenizer_json(
        path, fmt::format("its pre_tokenizer is {}; data.tokenizer = \"unigram\" reads \"Metaspace\", also "
                          "after \"WhitespaceSplit\"",
                          found.is_string() ? quote(found.get<std::string>()) : "of no type"));
  }
}

TextRules TextRules::of_json(const json& file, const std::string& path) {
  TextRules rules;
  rules.add_normalizer(file.at("normalizer"), path);
  rules.add_pre_tokenizer(file.at("pre_tokenizer"), path);
  return rules;
}

void TextRules::load(const State& state) {
  rules_ = state.texts("rules");
  bool is_sound = rules_.size() % 3 == 0;
  for (std::size_t i = 0; is_sound && i < rules_.size(); i += 3)
    is_sound = rules_[i] == "Metaspace" || rules_[i] == "Replace" || rules_[i] == "Fuse"
                   ? !rules_[i + 1].empty()
                   : std::find(steps.begin(), steps.end(), rules_[i]) != steps.end();
  if (!is_sound) throw usage_error("its state \"rules\" has one that is not known");
}

std::vector<std::string> TextRules::words(std::string_view text) const {
  std::vector<std::string> words{std::string(text)};  // one until the first pre-tokenizer
  for (std::size_t i = 0; i < rules_.size(); i += 3) {
    const std::string &name = rules_[i], &from = rules_[i + 1], &to = rules_[i + 2];
    std::vector<std::string> parts;
    for (const std::string& word : words) {
      if (name == "WhitespaceSplit")
        for (std::string& part : cut_at_blanks(word)) parts.push_back(std::move(part));
      else if (name == "Metaspace") {
        std::string marked = replaced(word, " ", from, false);
        if (to == "always" && !marked.empty() && !marked.starts_with(from)) marked.insert(0, from);
        cut_before(from, marked, parts);
      } else if (name == "Replace" || name == "Fuse")
        parts.push_back(replaced(word, from, to, name == "Fuse"));
      else if (name == "Nmt")
        parts.push_back(without_controls(word));
      else if (name == "Lowercase")
        parts.push_back(unicode::lowered(word));
      else
        parts.push_back(unicode::in_form(word, name));
    }
    words = std::move(parts);
  }
  std::erase(words, "");
  return words;
}

}  // namespace orochi
