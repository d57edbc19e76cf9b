// One case of the .ts format: numbers with commas between, one part a channel.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "data/raw.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

/// The part before `separator`, which `rest` then loses together with the separator.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// Whether a number that is out of the range of a double is too small for it, not too large: by the place of
/// its first digit other than 0.
bool is_tiny(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view power = number.substr(std::min(e + 1, number.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  Index exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error == std::errc::result_out_of_range) return power.starts_with('-');
  const std::size_t first = number.find_first_of("123456789"), point = std::min(number.find('.'), e);
  return exponent < static_cast<Index>(first) - static_cast<Index>(point);
}

}  // namespace

std::string parse_value(std::string_view text, float& number) {
  text = trim(text);
  if (text.empty()) return "is empty; expected a number, or ? where it is missing";
  number = std::numeric_limits<float>::quiet_NaN();
  if (text == "?") return {};
  if (text.front() == '(')
    return fmt::format(
        "{} begins a time stamp; only equally spaced series without time stamps can be read, remove them",
        quote(text));
  if (text.front() == '+' && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return fmt::format("{} is not a number; expected one like -1.5 or 2e-3", quote(text));
  }
  if (std::isnan(value)) return {};
  const bool out_of_range = error == std::errc::result_out_of_range;  // of a double; then value is still 0
  const bool too_large = out_of_range && !is_tiny(text);
  number = static_cast<float>(value);
  if (!std::isfinite(value))
    return fmt::format("{} is not finite; expected a number, or ? where it is missing", quote(text));
  if (too_large || !std::isfinite(number))
    return fmt::format("{} is out of the range of a float; expected at most 3.4e38", quote(text));
  return {};
}

namespace {

/// Reads the values of one dimension; returns what is wrong with them, or nothing.
std::string parse_dimension(std::string_view text, Index dimension, std::vector<float>& series,
                            const char*& at) {
  bool more = true;
  while (more) {
    more = text.find(',') != std::string_view::npos;
    at = text.data();
    const std::string wrong = parse_value(take_part(text, ','), series.emplace_back());
    if (!wrong.empty()) return fmt::format("value {} of dimension {} {}", series.size(), dimension, wrong);
  }
  return {};
}

}  // namespace

std::string parse_case(std::string_view text, std::vector<float>& values, Index& channels, std::size_t* at) {
  const char* const start = text.data();
  std::vector<float> series;  // [channels, T]: one dimension after another, as the format has them
  std::size_t length = 0;
  bool more = true;
  for (channels = 0; more; ++channels) {
    more = text.find(':') != std::string_view::npos;
    std::vector<float> dimension;  // [T]
    const char* place = text.data();
    const std::string_view part = take_part(text, ':');
    const std::string wrong = parse_dimension(part, channels + 1, dimension, place);
    if (at != nullptr) *at = static_cast<std::size_t>((wrong.empty() ? part.data() : place) - start);
    if (!wrong.empty()) return wrong;
    if (channels == 0) length = dimension.size();
    if (dimension.size() != length) {
      return fmt::format("dimension {} has {}, but dimension 1 has {}; expected one a step in each",
                         channels + 1, counted(static_cast<Index>(dimension.size()), "value"), length);
    }
    series.insert(series.end(), dimension.begin(), dimension.end());
  }
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t i = t; i < series.size(); i += length) values.push_back(series[i]);
  }
  return {};
}

}  // namespace orochi
