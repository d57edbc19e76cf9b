#include "data/guess_numbers.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/read_number.hpp"
#include "data/file_errors.hpp"
#include "data/readers/words.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

/// "t10" of "t9", "t08" of "t07"; empty where there is no number at the end.
std::string next_name(const std::string& name) {
  const std::size_t end = name.find_last_not_of("0123456789"), begin = end == name.npos ? 0 : end + 1;
  const auto number = read_number<std::size_t>(name.substr(begin));
  const std::size_t width = begin < name.size() && name[begin] == '0' ? name.size() - begin : 1;
  return number ? fmt::format("{}{:0{}}", name.substr(0, begin), *number + 1, width) : "";
}

/// What number_columns is for them: "t0..t59" of several that count up.
std::vector<std::string> number_columns(const ColumnTable& table, const NumberTable& numbers) {
  constexpr std::size_t several = 4;
  std::vector<std::string> result, run;
  const auto end_run = [&] {
    if (run.size() >= several) run = {run.front() + ".." + run.back()};
    result.insert(result.end(), run.begin(), run.end());
    run.clear();
  };
  for (std::size_t c = 0; c < table.names.size(); ++c) {
    // One that is there twice is an error of the file, not of the list.
    const bool is_first =
        static_cast<std::size_t>(std::ranges::find(table.names, table.names[c]) - table.names.begin()) == c;
    if (!numbers.is_used(c) || !is_first) continue;
    if (!run.empty() && next_name(run.back()) != table.names[c]) end_run();
    run.push_back(table.names[c]);
  }
  end_run();
  return result;
}

}  // namespace

NumberTable numbers_in(const ColumnTable& table, const std::string& text, const std::string& label) {
  const std::size_t count = table.names.size();
  if (count < 2) return {};
  const ColumnChoice choice = choose_columns(table, text, label);
  std::optional<std::size_t> known;
  if (!label.empty() || choice.is_label_by_name) known = choice.label;
  NumberTable found = number_table(table.rows, table.names, known, label_among_numbers(table));
  if (found.numbers == 0) return found;
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < count; ++c)
    if (found.is_used(c)) columns.push_back(c);
  // The archive of series writes them so: no header, and the label first.
  constexpr std::size_t many = 16;
  found.is_over_time =
      (!table.has_names && found.label == 0 && found.numbers >= many) || look_over_time(table.rows, columns);
  return found;
}

std::string unused_columns(const ColumnTable& table, const NumberTable& numbers) {
  std::vector<std::string> nameless_or_counts, others;
  for (const std::size_t c : numbers.ids) nameless_or_counts.push_back(table.names[c]);
  for (const std::size_t c : numbers.others) others.push_back(table.names[c]);
  std::string text;
  if (!nameless_or_counts.empty())
    text = quote_list(nameless_or_counts) + " (without a name, or only numbers the records)";
  if (!others.empty()) text += (text.empty() ? "" : ", ") + quote_list(others) + " (no numbers)";
  return text;
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
  if (const std::string unused = unused_columns(table, numbers); !unused.empty())
    text += fmt::format("# Not used: {}\n", unused);
  text += fmt::format("number_columns = {}\n", to_toml(to_value(number_columns(table, numbers))));
  if (numbers.is_over_time) text += "over_time = true\n";
  if (numbers.has_decimal_commas) text += "decimal_comma = true\n";
  return text + fmt::format("label_column = {}\n", to_toml(to_value(table.names[numbers.label])));
}

}  // namespace orochi
