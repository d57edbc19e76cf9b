#include <orochi/error.hpp>
#include <orochi/options.hpp>

namespace orochi {
namespace {

template <class T>
const T& as(const OptionValue& value, const std::string& name, const char* type) {
  if (const T* result = std::get_if<T>(&value)) return *result;
  throw failure("the option \"" + name + "\" is not " + type + "; compare its registered default");
}

}  // namespace

Settings::Settings(std::string component, std::span<const Option> options, Options given)
    : component_(std::move(component)), values_(std::move(given)) {
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
