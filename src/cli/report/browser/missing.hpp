// What Emscripten's library lacks of C++20, as version 3.1.6 does; included before each file (browser.cmake).
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <version>

namespace std {

#ifndef __cpp_lib_bit_cast
template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}
#endif

#if _LIBCPP_VERSION < 160000  // from here on five and six digits, before it four and five
template <class Array>
unique_ptr<Array> make_unique_for_overwrite(size_t n) {
  return unique_ptr<Array>(new remove_extent_t<Array>[n]);
}
#endif

#if _LIBCPP_VERSION < 200000
inline from_chars_result from_chars(const char* first, const char* last, double& value) {
  const string text(first, last);
  char* end = nullptr;
  const double number = strtod(text.c_str(), &end);
  if (end == text.c_str()) return {first, errc::invalid_argument};
  value = number;
  return {first + (end - text.c_str()), errc()};
}
#endif

#if _LIBCPP_VERSION < 15000
namespace ranges {

template <class Range, class T, class Of = identity>
constexpr auto find(Range&& range, const T& value, Of of = {}) {
  return std::find_if(begin(range), end(range), [&](const auto& x) { return invoke(of, x) == value; });
}
template <class Range, class T, class Of = identity>
constexpr auto count(Range&& range, const T& value, Of of = {}) {
  return std::count_if(begin(range), end(range), [&](const auto& x) { return invoke(of, x) == value; });
}
template <class Range, class Test>
constexpr bool all_of(Range&& range, Test test) {
  return std::all_of(begin(range), end(range), [&](const auto& x) { return invoke(test, x); });
}
template <class Range, class Test>
constexpr bool none_of(Range&& range, Test test) {
  return std::none_of(begin(range), end(range), [&](const auto& x) { return invoke(test, x); });
}
template <class Range, class T>
constexpr bool binary_search(Range&& range, const T& value) {
  return std::binary_search(begin(range), end(range), value);
}

}  // namespace ranges
#endif

}  // namespace std
