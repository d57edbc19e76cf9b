// [search]: the keys that `orochi search` tries values of.
#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/config_reader.hpp"

namespace orochi {
namespace {

bool is_range(const TomlTable& table) {
  return std::ranges::all_of(table, [](const TomlItem& item) {
    return item.key == "low" || item.key == "high" || item.key == "log";
  });
}

double number_of(const TomlValue* value) {
  const auto* integer = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->data);
  if (integer != nullptr) return static_cast<double>(*integer);
  const auto* number = value == nullptr ? nullptr : std::get_if<double>(&value->data);
  return number == nullptr ? std::nan("") : *number;
}

/// The item of a config that gives the key at the end of these names a value.
TomlItem item_of(const std::vector<std::string>& names, const TomlValue& value) {
  TomlItem item{names.back(), value.location, value};
  for (std::size_t i = names.size() - 1; i > 0; --i)
    item = {names[i - 1], value.location, {TomlTable{item}, value.location}};
  return item;
}

}  // namespace

void ConfigReader::read_search(std::vector<std::string> names, const TomlItem& item) {
  names.push_back(item.key);
  const auto* table = std::get_if<TomlTable>(&item.value.data);
  if (table != nullptr && !is_range(*table)) {
    for (const TomlItem& inner : *table) read_search(names, inner);
    return;
  }
  SearchRange range{fmt::format("{}", fmt::join(names, "."))};
  if (const auto* list = std::get_if<TomlList>(&item.value.data); list != nullptr && !list->empty()) {
    for (const TomlValue& value : *list) range.values.push_back(to_toml(value)), try_value(names, value);
  } else if (table != nullptr) {
    const TomlValue *low = find_value(*table, "low"), *high = find_value(*table, "high"),
                    *log = find_value(*table, "log");
    const bool* scale = log == nullptr ? nullptr : std::get_if<bool>(&log->data);
    range.low = number_of(low), range.high = number_of(high), range.is_log = scale != nullptr && *scale;
    if (!(range.low < range.high) || (log != nullptr && scale == nullptr) || (range.is_log && range.low <= 0))
      return add_error(
          item.location,
          fmt::format("expected {{ low = A, high = B }} with numbers A < B, and log = true where "
                      "A is above 0 and factors matter, found {}",
                      to_toml(item.value)));
    range.is_integer =
        std::holds_alternative<std::int64_t>(low->data) && std::holds_alternative<std::int64_t>(high->data);
    try_value(names, *low), try_value(names, *high);
  } else {
    return add_error(item.location,
                     fmt::format("search.{} is {}; allowed: a list of values, such as [1, 2, 4], or a range, "
                                 "such as {{ low = 1e-4, high = 1e-2, log = true }}",
                                 range.key, describe(item.value)));
  }
  std::erase_if(ranges_, [&](const SearchRange& before) { return before.key == range.key; });
  ranges_.push_back(std::move(range));
}

void ConfigReader::try_value(const std::vector<std::string>& names, const TomlValue& value) {
  ConfigReader trial(name_, components_, is_saved_, config_);
  trial.read_item(item_of(names, value));
  std::ranges::move(trial.errors_, std::back_inserter(errors_));
}

}  // namespace orochi
