// Files that were changed at random: a reader says what is wrong with them, or gives a split that holds
// together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "core/utf8.hpp"
#include "mutated.hpp"
#include "temp_folder.hpp"

namespace orochi::testing {

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
