// What Unicode says of code points, by the browser (browser.js).
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "data/tokenizers/unicode.hpp"

extern "C" {
[[clang::import_module("browser"), clang::import_name("lower")]] std::uint32_t browser_lower(std::uint32_t);
/// A bit for each of `Category`.
[[clang::import_module("browser"),
  clang::import_name("categories")]] std::uint32_t browser_categories(std::uint32_t);
/// From malloc.
[[clang::import_module("browser"), clang::import_name("normalize")]] char* browser_normalize(
    const char* text, const char* form);
}

namespace orochi::unicode {
namespace {

enum class Category : std::uint32_t { punctuation, symbol, letter, number, mark, nonspacing_mark, control };

bool is(char32_t code_point, Category category) {
  return (browser_categories(code_point) >> static_cast<std::uint32_t>(category) & 1u) != 0;
}

}  // namespace

std::string in_form(std::string_view text, std::string_view form) {
  const std::unique_ptr<char, void (*)(void*)> result(
      browser_normalize(std::string(text).c_str(), std::string(form).c_str()), std::free);
  return result.get();
}

char32_t to_lower(char32_t code_point) { return browser_lower(code_point); }
bool is_punctuation(char32_t code_point) { return is(code_point, Category::punctuation); }
bool is_symbol(char32_t code_point) { return is(code_point, Category::symbol); }
bool is_letter(char32_t code_point) { return is(code_point, Category::letter); }
bool is_number(char32_t code_point) { return is(code_point, Category::number); }
bool is_mark(char32_t code_point) { return is(code_point, Category::mark); }
bool is_nonspacing_mark(char32_t code_point) { return is(code_point, Category::nonspacing_mark); }
bool is_control(char32_t code_point) { return is(code_point, Category::control); }

}  // namespace orochi::unicode
