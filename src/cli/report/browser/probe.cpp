// What the sources want of a library beside C++20's oldest parts: browser.cmake asks whether em++ compiles
// it.
#include <algorithm>
#include <bit>
#include <charconv>
#include <memory>
#include <string>

int main() {
  const std::string text = "1";
  double number = std::bit_cast<double>(0LL);
  std::from_chars(text.data(), text.data() + text.size(), number);
  const auto numbers = std::make_unique_for_overwrite<double[]>(1);
  numbers[0] = number;
  return std::ranges::find(text, '1') == text.end() || std::ranges::count(text, '2') != 0;
}
