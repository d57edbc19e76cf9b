// Numbers from text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace orochi {

/// All of the text as a number, whatever the locale; none where it is another text or out of range. Without a
/// "+" before it, which std::from_chars does not know.
template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace orochi
