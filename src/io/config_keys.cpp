#include "io/config_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <utility>

namespace orochi {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

Allowed number(std::string text, double low, double high) {
  Allowed allowed{"number", std::move(text)};
  allowed.low = low;
  allowed.high = high;
  return allowed;
}

}  // namespace

Allowed allow_integer(double low, double high) {
  Allowed allowed{"integer", high == largest_integer
                                 ? fmt::format("an integer, {} or more", low)
                                 : fmt::format("an integer from {} to {:.0f}", low, high)};
  allowed.low = low;
  allowed.high = high;
  return allowed;
}
Allowed allow_integer(double low) { return allow_integer(low, largest_integer); }

Allowed allow_any_integer() {
  Allowed allowed{"integer", "an integer"};
  allowed.low = -unlimited;
  allowed.high = unlimited;
  return allowed;
}
Allowed allow_any_number() { return number("a number", -unlimited, unlimited); }

Allowed allow_number_from(double low) {
  return number(fmt::format("a number, {} or more", low), low, unlimited);
}

Allowed allow_number_above(double low) {
  Allowed allowed = number(fmt::format("a number above {}", low), low, unlimited);
  allowed.above = true;
  return allowed;
}

/// Neither 0 nor infinite as a float, nor are sums and quotients of a few.
Allowed allow_positive_float() { return number("a number from 1e-30 to 1e30", 1e-30, 1e30); }

Allowed allow_fraction() {
  Allowed allowed = number("a number from 0 up to, not including, 1", 0, 1);
  allowed.below = true;
  return allowed;
}

Allowed allow_flag() { return {"boolean", "true | false"}; }

Allowed allow_words(std::vector<std::string> words) {
  Allowed allowed{"string", fmt::format("{}", fmt::join(words, " | "))};
  allowed.words = std::move(words);
  return allowed;
}

Allowed allow_text() { return {"string", "a string"}; }

Allowed allow_filled_text(std::string text) {
  Allowed allowed{"string", std::move(text)};
  allowed.filled = true;
  return allowed;
}

Allowed allow_layer(std::string role, std::vector<std::string> words) {
  Allowed allowed{"string", fmt::format("a registered layer of role {}", role)};
  for (const std::string& word : words) allowed.text += " | " + word;
  allowed.words = std::move(words);
  allowed.role = std::move(role);
  return allowed;
}

Allowed allow_layers(std::string role) {
  Allowed allowed{"list of strings", fmt::format("a list of registered layers of role {}", role)};
  allowed.role = std::move(role);
  return allowed;
}

Allowed allow_class_weights() {
  return {"string or list of numbers", "\"balanced\" | a list of numbers from 1e-30 to 1e30"};
}

}  // namespace orochi
