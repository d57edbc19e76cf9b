#include "data/text_grams.hpp"

#include <algorithm>
#include <string>

#include "core/as_size.hpp"
#include "core/mix.hpp"
#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

/// Units of a text, which lie one behind the other: an n-gram is what is from the begin of one to the end of
/// another.
struct Units {
  std::u32string points;
  std::vector<std::size_t> begins, ends;
};

void append_runs(const Units& units, int longest, bool at_places, std::vector<std::uint64_t>& grams) {
  for (std::size_t i = 0; i < units.begins.size(); ++i) {
    std::uint64_t hash = at_places ? mix(0, static_cast<std::uint32_t>(i)) : 0;
    std::size_t at = units.begins[i];
    for (std::size_t j = i; j < std::min(units.ends.size(), i + as_size(longest)); ++j) {
      for (; at < units.ends[j]; ++at) hash = mix(hash, units.points[at]);
      grams.push_back(hash);
    }
  }
}

/// With a blank between two.
Units words_of(const std::string& lowered) {
  Units units;
  bool inside = false;
  for (std::size_t at = 0; at < lowered.size();) {
    const char32_t c = utf8::decode(lowered, at);
    const bool of_word = c == U'_' || unicode::is_letter(c) || unicode::is_number(c);
    if (of_word && !inside) {
      if (!units.points.empty()) units.points += U' ';
      units.begins.push_back(units.points.size());
    }
    if (of_word) units.points += c;
    if (inside && !of_word) units.ends.push_back(units.points.size());
    inside = of_word;
  }
  if (inside) units.ends.push_back(units.points.size());
  return units;
}

Units characters_of(std::u32string points) {
  Units units;
  for (std::size_t i = 0; i < points.size(); ++i) {
    units.begins.push_back(i);
    units.ends.push_back(i + 1);
  }
  units.points = std::move(points);
  return units;
}

/// Of what is between white space, with a blank before and behind.
void append_characters(std::u32string_view word, int longest, std::vector<std::uint64_t>& grams) {
  if (!word.empty()) append_runs(characters_of(U' ' + std::u32string(word) + U' '), longest, false, grams);
}

std::u32string points_of(const std::string& text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) points += utf8::decode(text, at);
  return points;
}

}  // namespace

std::vector<std::uint64_t> grams_of(std::string_view text, GramUnit unit, int longest) {
  const std::string lowered = unicode::lowered(text);
  std::vector<std::uint64_t> grams;
  if (unit != GramUnit::character) {
    const bool at_places = unit == GramUnit::place;
    append_runs(at_places ? characters_of(points_of(lowered)) : words_of(lowered), longest, at_places, grams);
    return grams;
  }
  std::u32string word;
  for (const char32_t c : points_of(lowered)) {
    if (!utf8::is_space(c)) {
      word += c;
      continue;
    }
    append_characters(word, longest, grams);
    word.clear();
  }
  append_characters(word, longest, grams);
  return grams;
}

std::uint64_t gram_hash(std::string_view gram) {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < gram.size();) hash = mix(hash, utf8::decode(gram, at));
  return hash;
}

}  // namespace orochi
