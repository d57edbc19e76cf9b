#include "data/tokenizers/bert_words.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

/// As Hugging Face has them: U+2B820 to U+2B91F are not among them.
bool is_cjk(char32_t c) {
  constexpr std::array<std::array<char32_t, 2>, 7> ranges{{{0x3400, 0x4DBF},
                                                           {0x4E00, 0x9FFF},
                                                           {0xF900, 0xFAFF},
                                                           {0x20000, 0x2A6DF},
                                                           {0x2A700, 0x2B81F},
                                                           {0x2B920, 0x2CEAF},
                                                           {0x2F800, 0x2FA1F}}};
  return std::any_of(ranges.begin(), ranges.end(), [=](const auto& r) { return r[0] <= c && c <= r[1]; });
}

bool is_dropped(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return c == 0xFFFD || unicode::is_control(c);
}

/// The symbols of ASCII are punctuation, those of others are not.
bool is_word_of_its_own(char32_t c) {
  return unicode::is_punctuation(c) || (c < 0x80 && unicode::is_symbol(c));
}

/// Appends `text`, without what is dropped and with blanks around Chinese characters.
void clean(std::string_view text, const BertRules& rules, std::string& result) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = utf8::decode(text, at);
    if (rules.clean_text && is_dropped(c)) continue;
    const bool is_apart = rules.cjk_apart && is_cjk(c);
    if (is_apart) result += ' ';
    utf8::append(result, rules.clean_text && utf8::is_space(c) ? U' ' : c);
    if (is_apart) result += ' ';
  }
}

void strip_accents(std::string& text) {
  if (unicode::is_ascii(text)) return;
  const std::string parts = unicode::decomposed(text);
  text.clear();
  for (std::size_t at = 0; at < parts.size();) {
    const char32_t c = utf8::decode(parts, at);
    if (!unicode::is_nonspacing_mark(c)) utf8::append(text, c);
  }
}

}  // namespace

std::vector<std::string_view> bert_words(std::string_view text, const BertRules& rules,
                                         std::string& normalized) {
  normalized.clear();
  clean(text, rules, normalized);
  if (rules.strip_accents) strip_accents(normalized);
  if (rules.lowercase) normalized = unicode::lowered(normalized);
  std::vector<std::string_view> words;
  const std::string_view all = normalized;
  std::size_t start = 0;  // of the word that is open; start == at: none
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t here = at;
    const char32_t c = utf8::decode(all, at);
    const bool is_mark = is_word_of_its_own(c);
    if (!is_mark && !utf8::is_space(c)) continue;
    if (here > start) words.push_back(all.substr(start, here - start));
    if (is_mark) words.push_back(all.substr(here, at - here));
    start = at;
  }
  if (start < all.size()) words.push_back(all.substr(start));
  return words;
}

}  // namespace orochi
