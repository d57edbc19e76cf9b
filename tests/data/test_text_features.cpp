// N-grams of texts, and the buckets that they are hashed to.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "core/mix.hpp"
#include "data/text_features.hpp"

using namespace orochi;

namespace {

std::vector<std::uint64_t> hashes(const std::vector<std::string>& grams) {
  std::vector<std::uint64_t> all;
  for (const std::string& gram : grams) all.push_back(gram_hash(gram));
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::uint64_t> sorted_grams(std::string_view text, GramUnit unit, int longest) {
  std::vector<std::uint64_t> grams = grams_of(text, unit, longest);
  std::sort(grams.begin(), grams.end());
  return grams;
}

}  // namespace

TEST_CASE("words are runs of letters, numbers and _, in lower case, and n-grams have blanks between") {
  CHECK(sorted_grams("Don't,  STOP_it 2", GramUnit::word, 2) ==
        hashes({"don", "t", "stop_it", "2", "don t", "t stop_it", "stop_it 2"}));
  CHECK(sorted_grams("\u00c4pfel", GramUnit::word, 3) == hashes({"\u00e4pfel"}));
  CHECK(grams_of("?!", GramUnit::word, 2).empty());
}

TEST_CASE("characters are of what is between white space, with a blank at both ends") {
  CHECK(sorted_grams("Ab\t \u00e9", GramUnit::character, 3) ==
        hashes({" ", "a", "b", " ", " a", "ab", "b ", " ab", "ab ",       // " ab "
                " ", "\u00e9", " ", " \u00e9", "\u00e9 ", " \u00e9 "}));  // as long as the longest run
  CHECK(sorted_grams("a", GramUnit::character, 5) == hashes({" ", "a", " ", " a", "a ", " a "}));
}

TEST_CASE("features are in rising order, and each text has buckets of its own") {
  constexpr Index buckets = 1 << 20;  // so many that none of these n-grams share one
  Column<std::int32_t> features;
  append_text_features(std::vector<std::string_view>{"one two", "two"}, gram_groups, buckets, features);
  CHECK(features.size() ==
        3 + 2 * 15 + 1 + 15);  // words; runs of " one " and " two "; and of the second text
  CHECK(std::is_sorted(features.begin(), features.end()));
  const auto count = [&](std::string_view gram, std::uint32_t kind, Index text) {
    const auto bucket = static_cast<Index>(mix(gram_hash(gram), kind) % buckets);
    return std::count(features.begin(), features.end(), static_cast<std::int32_t>(text * buckets + bucket));
  };
  CHECK(count("one", 0, 0) == 1);
  CHECK(count("two", 0, 1) == 1);
  CHECK(count(" ", 1, 1) == 2);
}

TEST_CASE("at places, equal runs of characters are different ones where they begin at others") {
  CHECK(sorted_grams("Ab", GramUnit::place, 3).size() == 3);
  const auto at = [](std::uint32_t place, char c) {
    return mix(mix(0, place), static_cast<std::uint32_t>(c));
  };
  CHECK(grams_of("cba", GramUnit::place, 1) == std::vector{at(0, 'c'), at(1, 'b'), at(2, 'a')});
  CHECK(grams_of("ab", GramUnit::place, 2) == std::vector{at(0, 'a'), mix(at(0, 'a'), 'b'), at(1, 'b')});
  CHECK(std::set{at(0, 'c'), at(1, 'b'), at(2, 'a')}.size() == 3);
}
