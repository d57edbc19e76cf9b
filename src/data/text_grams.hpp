// Runs of words and of characters of a text, known by their hashes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace orochi {

/// What an n-gram is made of. Words are runs of letters, numbers and "_". Characters are code points, of what
/// is between white space, with a blank before and behind (scikit-learn's "char_wb"). A place is a code point
/// and where it is: n-grams at different places are different. All in lower case.
enum class GramUnit { word, character, place };

/// Hashes of all n-grams of 1 to `longest` units of a text: `mix` over their code points, words with a blank
/// between, from 0 on; places from `mix` of the number of the first of them on.
std::vector<std::uint64_t> grams_of(std::string_view text, GramUnit unit, int longest);
/// The hash of an n-gram that is in that form already.
std::uint64_t gram_hash(std::string_view gram);

}  // namespace orochi
