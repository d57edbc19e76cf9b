#include <algorithm>

#include <orochi/error.hpp>
#include <orochi/options.hpp>

namespace orochi {
namespace {

template <class T>
const T& as(const OptionValue& value, const std::string& name, const char* type) {
  if (const T* result = std::get_if<T>(&value)) return *result;
  throw failure("the option \"" + name + "\" is not " + type + "; compare its registered default");
}

bool is_in_range(const Option& option, double number) {
  return (option.without_least ? number > option.least : number >= option.least) &&
         (option.without_most ? number < option.most : number <= option.most);
}

bool is_word(const Option& option, const std::string& word) {
  return std::find(option.words.begin(), option.words.end(), word) != option.words.end();
}

/// A config's reader asks the same, and says where; this is for options that are set in C++.
bool is_allowed(const Option& option, const OptionValue& given) {
  const bool takes_number = std::holds_alternative<double>(option.value);
  const bool takes_list = std::holds_alternative<std::vector<double>>(option.value);
  if (const auto* whole = std::get_if<std::int64_t>(&given))
    return (takes_number || given.index() == option.value.index()) &&
           is_in_range(option, static_cast<double>(*whole));
  if (const auto* number = std::get_if<double>(&given)) return takes_number && is_in_range(option, *number);
  if (const auto* word = std::get_if<std::string>(&given))
    return takes_list
               ? is_word(option, *word)
               : given.index() == option.value.index() && (option.words.empty() || is_word(option, *word));
  if (const auto* list = std::get_if<std::vector<double>>(&given))
    return (takes_list || (std::holds_alternative<std::string>(option.value) && !option.words.empty())) &&
           std::all_of(list->begin(), list->end(), [&](double n) { return is_in_range(option, n); });
  return given.index() == option.value.index();
}

}  // namespace

Settings::Settings(std::string component, std::span<const Option> options, Options given)
    : component_(std::move(component)), values_(std::move(given)) {
  for (const Option& option : options) {
    if (!is_allowed(option, option.value))
      throw failure("\"" + component_ + "\" is registered with a default of \"" + option.name +
                    "\" that the option's own range does not allow");
    if (std::ranges::count(options, option.name, &Option::name) > 1)
      throw failure("\"" + component_ + "\" is registered with two options named \"" + option.name + "\"");
  }
  for (const auto& [name, value] : values_) {
    const auto option = std::ranges::find(options, name, &Option::name);
    if (option == options.end())
      throw failure("\"" + component_ + "\" was given the option \"" + name +
                    "\", which it was not registered with");
    if (!is_allowed(*option, value))
      throw failure("\"" + component_ + "\" was given a value of another type or range for its option \"" +
                    name + "\"");
  }
  for (const Option& option : options) values_.try_emplace(option.name, option.value);
}

const OptionValue& Settings::value(const std::string& option) const {
  if (const auto found = values_.find(option); found != values_.end()) return found->second;
  throw failure("\"" + component_ + "\" asks for its option \"" + option +
                "\", which it was not registered with");
}

Index Settings::integer(const std::string& option) const {
  return static_cast<Index>(as<std::int64_t>(value(option), option, "an integer"));
}

double Settings::number(const std::string& option) const {
  const OptionValue& found = value(option);
  if (const auto* whole = std::get_if<std::int64_t>(&found)) return static_cast<double>(*whole);
  return as<double>(found, option, "a number");
}

bool Settings::flag(const std::string& option) const {
  return as<bool>(value(option), option, "true or false");
}

std::string Settings::word(const std::string& option) const {
  const OptionValue& found = value(option);
  if (std::holds_alternative<std::vector<double>>(found)) return "";
  return as<std::string>(found, option, "a string");
}

std::vector<double> Settings::numbers(const std::string& option) const {
  const OptionValue& found = value(option);
  if (std::holds_alternative<std::string>(found)) return {};
  return as<std::vector<double>>(found, option, "a list of numbers");
}

std::vector<std::string> Settings::texts(const std::string& option) const {
  return as<std::vector<std::string>>(value(option), option, "a list of strings");
}

}  // namespace orochi
