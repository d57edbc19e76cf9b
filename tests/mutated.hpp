// Bytes that were changed at random, the same ones on every machine.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "data/split_mix.hpp"

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

}  // namespace orochi::testing
