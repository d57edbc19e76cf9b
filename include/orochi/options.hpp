// Options: what a registered component lets a config set, and what a config sets.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <orochi/batch.hpp>

#pragma GCC visibility push(default)
namespace orochi {

using OptionValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<double>, std::vector<std::string>>;
using Options = std::map<std::string, OptionValue>;

/// One option of a component. The default fixes the type: Option("kernel", 5).from(1).to(99).
struct Option {
  Option(std::string option, OptionValue otherwise, std::string text = {})
      : name(std::move(option)), value(std::move(otherwise)), doc(std::move(text)) {}

  /// The least number that is allowed; of a list of numbers, for each.
  Option& from(double number) { return least = number, *this; }
  /// Only larger numbers are allowed.
  Option& above(double number) { return least = number, without_least = true, *this; }
  /// The largest number that is allowed.
  Option& to(double number) { return most = number, *this; }
  /// Only smaller numbers are allowed.
  Option& below(double number) { return most = number, without_most = true, *this; }
  /// A string, and each of a list of strings, must be one of these. A list of numbers may also be one of
  /// these.
  Option& one_of(std::vector<std::string> allowed) { return words = std::move(allowed), *this; }

  /// A file. In a config a relative path counts from the config's folder.
  Option& path() { return is_path = true, *this; }

  std::string name;
  OptionValue value;  // the default
  std::string doc;    // one line
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  bool without_least = false, without_most = false;  // the bound itself is not allowed
  std::vector<std::string> words;
  bool is_path = false;
};

/// What a config says of one component: `optimizer = "adamw"`, or a table with `type` and options.
struct Component {
  std::string type;
  Options options = {};  // only what differs from the defaults, until a config is read: then all of them
  bool operator==(const Component&) const = default;
};

/// The options of one instance: those that are given, else the registered defaults. One that was not
/// registered, or has another type or range than registered, throws a failure, given or asked for.
class Settings {
 public:
  Settings(std::string component, std::span<const Option> options, Options given = {});

  /// The value of an option of this type.
  Index integer(const std::string& option) const;
  /// Also of an integer that was given for a number.
  double number(const std::string& option) const;
  /// Of a boolean.
  bool flag(const std::string& option) const;
  std::string word(const std::string& option) const;  // "" where a list of numbers was given instead
  std::vector<double> numbers(const std::string& option) const;  // empty where a word was given instead
  /// Of a list of strings.
  std::vector<std::string> texts(const std::string& option) const;

 private:
  const OptionValue& value(const std::string& option) const;

  std::string component_;
  Options values_;
};

}  // namespace orochi
#pragma GCC visibility pop
