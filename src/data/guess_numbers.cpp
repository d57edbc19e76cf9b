#include "data/guess_numbers.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/file_errors.hpp"
#include "data/readers/numbered_columns.hpp"
#include "data/readers/words.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

/// One that is there twice is an error of the file, not of the list.
std::vector<std::string> number_columns(const ColumnTable& table, const NumberTable& numbers) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    const auto first = std::ranges::find(table.names, table.names[c]) - table.names.begin();
    if (numbers.is_used(c) && static_cast<std::size_t>(first) == c) names.push_back(table.names[c]);
  }
  return shorten_columns(names);
}

/// A list in TOML, over several lines where it is long.
std::string toml_list(const std::vector<std::string>& texts) {
  constexpr std::size_t each = 16;
  if (texts.size() <= each) return to_toml(to_value(texts));
  std::string list = "[";
  for (std::size_t i = 0; i < texts.size(); ++i)
    list += fmt::format("{}{}{}", i % each == 0 ? "\n  " : " ", to_toml(to_value(texts[i])),
                        i + 1 < texts.size() ? "," : "");
  return list + "\n]";
}

}  // namespace

NumberTable numbers_in(const ColumnTable& table, const std::string& label) {
  const std::size_t count = table.names.size();
  if (count < 2) return {};
  const ColumnChoice choice = choose_columns(table, "", label);
  std::optional<std::size_t> known;
  if (!label.empty() || choice.is_label_by_name) known = choice.label;
  NumberTable found = number_table(table.rows, table.names, known, label_among_numbers(table));
  if (found.numbers == 0) return found;
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < count; ++c)
    if (found.is_used(c)) columns.push_back(c);
  found.is_over_time = look_over_time(table.rows, columns);
  return found;
}

std::string unused_columns(const std::vector<std::string>& names, const NumberTable& numbers) {
  std::vector<std::string> counting, others;
  for (const std::size_t c : numbers.ids)
    if (!names[c].empty()) counting.push_back(names[c]);
  for (const std::size_t c : numbers.others)
    if (!names[c].empty()) others.push_back(names[c]);
  const bool has_nameless = counting.size() + others.size() < numbers.ids.size() + numbers.others.size();
  std::vector<std::string> parts;
  if (!counting.empty()) parts.push_back(quote_list(counting) + " (only numbers the records)");
  if (!others.empty()) parts.push_back(quote_list(others) + " (no numbers)");
  if (has_nameless) parts.emplace_back("what has no name");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string number_lines(const ColumnTable& table, const NumberTable& numbers) {
  const std::string columns = counted(static_cast<Index>(numbers.numbers), "column");
  std::string text =
      numbers.is_over_time
          ? fmt::format(
                "# {} of numbers, one quantity over time, a row each; where each is a measurement of its "
                "own, remove over_time\n",
                columns)
          : fmt::format(
                "# {} of numbers, the channels of a single row; where they are one quantity over time, add "
                "over_time = true here and set max_length = {} above\n",
                columns, numbers.numbers);
  if (const std::string unused = unused_columns(table.names, numbers); !unused.empty())
    text += fmt::format("# Not used: {}\n", unused);
  text += fmt::format("number_columns = {}\n", toml_list(number_columns(table, numbers)));
  if (numbers.is_over_time) text += "over_time = true\n";
  if (numbers.has_decimal_commas) text += "decimal_comma = true\n";
  return text + fmt::format("label_column = {}\n", to_toml(to_value(table.names[numbers.label])));
}

}  // namespace orochi
