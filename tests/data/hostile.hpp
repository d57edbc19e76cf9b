// Files that were changed at random: a reader says what is wrong with them, or gives a split that holds
// together.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "core/utf8.hpp"
#include "data/split_mix.hpp"
#include "temp_folder.hpp"

namespace orochi::testing {

/// Some bytes changed, left out, doubled or put in, by a counted generator.
inline std::string mutated(std::string text, SplitMix& random) {
  static constexpr char all[] = "\0\t\n\r \"#%'(),-.0123456789:;<>?@[\\]{|}\x1F\x80\xC3\xED\xEF\xFF";
  static constexpr std::string_view marks(all, sizeof all - 1);
  const auto below = [&](std::size_t bound) { return random.below(static_cast<std::uint32_t>(bound)); };
  const std::size_t changes = 1 + below(8);
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = below(text.size()), length = below(text.size() - at + 1);
    const std::size_t kind = below(5);
    if (kind == 0) text[at] = marks[below(marks.size())];
    if (kind == 1) text.insert(at, 1, marks[below(marks.size())]);
    if (kind == 2) text[at] = static_cast<char>(below(256));
    if (kind == 3) text.erase(at, std::min<std::size_t>(length, 8));
    if (kind == 4) text.insert(at, text.substr(at, length));
  }
  return text;
}

/// Reads thousands of them for every kind of target. Anything but an Error that is thrown fails the test.
inline void read_mutations(const DataConfig& config, const std::vector<std::string>& seeds,
                           int count = 2000) {
  const TempFolder folder;
  SplitMix random(7, 0);
  int accepted = 0;
  for (const char* task : {"classification", "multi_label", "token_labels", "regression"}) {
    for (int i = 0; i < count / 4; ++i) {
      const std::string contents =
          i == 0 ? seeds.front()
                 : mutated(seeds[random.below(static_cast<std::uint32_t>(seeds.size()))], random);
      const RawSplit raw = read_back(folder, config, contents, task);
      if (raw.path != "f") continue;
      ++accepted;
      for (std::size_t t = 0; t < raw.texts.size(); ++t) {
        const std::string_view text = raw.texts[t];
        CAPTURE(contents);
        REQUIRE(utf8::find_invalid(text) == std::string::npos);
        REQUIRE_FALSE(utf8::is_blank(text));
      }
      REQUIRE(raw.size() > 0);
      REQUIRE(raw.lines.size() == raw.targets.size());
    }
  }
  CHECK(accepted > 0);
}

}  // namespace orochi::testing
