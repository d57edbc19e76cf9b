// "Did you mean ...?": the nearest of the words that are allowed, and other frameworks' words for ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// Damerau-Levenshtein distance (optimal string alignment) in bytes, upper and lower case and '-' and '_'
/// alike.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest candidate within a third of the longer word's length (a fourth where the first letters
/// differ), else the shortest that has the word as one of its parts (batch, batch_size); empty if there is
/// none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// The candidate that other frameworks call so (avg: mean), else the nearest.
std::string meant_word(std::string_view word, const std::vector<std::string>& candidates);

/// `; did you mean "num_heads"?`, or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// Throws a usage_error for a name that is none of these: the nearest of them, or all.
[[noreturn]] void refuse_name(const std::string& kind, const std::string& name,
                              const std::vector<std::string>& names);
/// Of components, verbs and the like.
template <class Entries>
[[noreturn]] void refuse_name(const std::string& kind, const std::string& name, const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.emplace_back(entry.name);
  refuse_name(kind, name, names);
}

/// Our key for what other frameworks call it (`n_head` -> `num_heads`); empty if unknown.
std::string familiar_key(std::string_view word);

/// Our section for what other frameworks call it (`optimizer` -> `train`); empty if unknown.
std::string familiar_section(std::string_view word);

/// What to say of a setting that other frameworks have and no key here needs; empty if unknown.
std::string remark_on(std::string_view word);

}  // namespace orochi
