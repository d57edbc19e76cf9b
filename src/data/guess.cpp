#include "data/guess.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>
#include <orochi/reader.hpp>

#include "core/utf8.hpp"
#include "data/column_choice.hpp"
#include "data/column_names.hpp"
#include "data/encoding.hpp"
#include "data/file_errors.hpp"
#include "data/guess_numbers.hpp"
#include "data/label_form.hpp"
#include "data/raw.hpp"
#include "data/readers/csv_header.hpp"
#include "data/readers/json_line.hpp"
#include "data/readers/words.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

constexpr std::size_t enough = 1 << 21;  // bytes: lines of a wide table are long
constexpr std::size_t rows_to_guess_from = 400;

std::string beginning_of(const std::string& path, Packing& packing) {
  std::vector<FileErrors> errors{FileErrors(path, PathFrom::command_line)};
  std::ifstream file = open_file(errors.front());
  throw_if_any(errors);
  std::string bytes(enough, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(enough));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  packing = packing_of(bytes);
  if (packing == Packing::none) return bytes;
  std::ifstream again(path, std::ios::binary);
  std::string unpacked;
  const Unpacked read = read_unpacked(again, [&](std::string_view piece) {
    unpacked += piece.substr(0, enough - std::min(enough, unpacked.size()));
  });
  if (!read.error.empty()) errors.front().add(read.error);
  throw_if_any(errors);
  return unpacked;
}

/// Whether no field of the first row is a number or comes again in its column, while in one column all others
/// come again, as labels do.
bool has_word_over_labels(const FieldRows& rows) {
  constexpr std::size_t fewest_rows = 10, longest = 24;
  if (rows.size() <= fewest_rows || rows.front().size() < 2 || comes_again(rows)) return false;
  const std::vector<std::string>& first = rows.front();
  bool has_labels = false;
  for (std::size_t c = 0; c < first.size(); ++c) {
    std::map<std::string_view, std::size_t> counts;
    for (std::size_t r = 1; r < rows.size(); ++r)
      if (c < rows[r].size()) ++counts[rows[r][c]];
    if (first[c].empty() || first[c].size() > longest || is_one_number(first[c])) return false;
    has_labels = has_labels || (come_again(counts.size(), rows.size()) &&
                                std::ranges::all_of(counts, [](const auto& use) { return use.second > 1; }));
  }
  return has_labels;
}

/// Excel's "sep=;" above a header.
bool is_spreadsheet_note(const CsvRecord& record) {
  return record.line == 1 && record.fields.front().starts_with("sep=");
}

FieldRows csv_rows(std::string_view text, char delimiter, bool has_quotes) {
  CsvParser parser(text, delimiter, has_quotes);
  FieldRows rows;
  CsvRecord record;
  while (rows.size() < rows_to_guess_from && parser.next(record))
    if (!record.is_blank && record.error.empty() && !is_spreadsheet_note(record))
      rows.push_back(record.fields);
  if (rows.size() > 1) rows.pop_back();  // it may be cut
  return rows;
}

/// Without rows that are broken: of other numbers of fields than most.
void drop_broken(FieldRows& rows) {
  std::map<std::size_t, std::size_t> counts;
  for (const std::vector<std::string>& row : rows) ++counts[row.size()];
  const std::size_t usual =
      std::ranges::max_element(counts, {}, [](const auto& use) { return use.second; })->first;
  const bool has_names = std::ranges::any_of(rows.front(), is_column_name);
  rows.erase(std::remove_if(rows.begin() + (has_names ? 1 : 0), rows.end(),
                            [&](const std::vector<std::string>& row) { return row.size() != usual; }),
             rows.end());
}

ColumnTable csv_table(FieldRows rows) {
  ColumnTable table;
  table.rows = std::move(rows);
  if (table.rows.empty()) return table;
  drop_broken(table.rows);
  table.names = table.rows.front();
  const Index names = std::ranges::count_if(table.names, is_column_name);
  table.has_names = names > 1 || (names == 1 && !comes_again(table.rows)) ||
                    has_word_over_numbers(table.rows) || has_word_over_labels(table.rows) ||
                    has_numbers_for_names(table.rows);
  if (table.has_names)
    table.rows.erase(table.rows.begin());
  else
    for (std::size_t i = 0; i < table.names.size(); ++i) table.names[i] = std::to_string(i + 1);
  return table;
}

ColumnTable json_table(std::string_view text) {
  ColumnTable table;
  while (table.rows.size() < rows_to_guess_from && text.find('\n') != std::string_view::npos) {
    const std::string_view line = take_line(text);
    if (table.names.empty()) table.names = read_json_line(line, {}).keys;
    const JsonLine object = read_json_line(line, table.names);
    if (!object.error.empty()) continue;
    std::vector<std::string>& row = table.rows.emplace_back();
    for (const JsonValue& value : object.values) row.push_back(value.text);
  }
  return table;
}

ChosenColumns chosen_of(const ColumnTable& table, const Wishes& wishes, bool is_csv) {
  const ColumnChoice choice = choose_columns(table, wishes.text, wishes.label);
  if (choice.label == table.names.size()) return {};
  ChosenColumns chosen{table.names[choice.text],
                       table.names[choice.label],
                       is_csv ? "text_columns" : "text_keys",
                       wishes.text.empty() || wishes.label.empty(),
                       choice.is_label_by_name,
                       {}};
  for (std::size_t c = 0; c < table.names.size(); ++c)
    if (c != choice.text && c != choice.label) chosen.unused.push_back(table.names[c]);
  return chosen;
}

std::string format_table(const Guess& guess, const ColumnTable& table) {
  std::string text = fmt::format("\n[data.format]\ntype = {}\n", to_toml(to_value(guess.looks_like.format)));
  const bool is_csv = guess.looks_like.layout == Layout::table;
  if (const char delimiter = guess.looks_like.delimiter; is_csv && delimiter != ',')
    text += fmt::format("delimiter = {}\n", to_toml(to_value(std::string(1, delimiter))));
  const ChosenColumns& chosen = guess.chosen;
  const bool has_numbers = guess.number_table.numbers > 0;
  if (chosen.option.empty() && !has_numbers) return text;
  if (!table.has_names) text += "header = false\n";
  if (has_numbers) return text + number_lines(table, guess.number_table);
  if (chosen.is_guess && !chosen.unused.empty())
    text += fmt::format("# The text: the longest column; the label: the one {}. Not used: {}\n",
                        reason_of_label(chosen), quote_list(chosen.unused));
  return text + fmt::format("{} = [{}]\nlabel_{} = {}\n", chosen.option, to_toml(to_value(chosen.text)),
                            is_csv ? "column" : "key", to_toml(to_value(chosen.label)));
}

/// Of the names of columns: where none is asked for, they are looked at so that the file, which is not UTF-8,
/// comes to be read, and its line said.
Encoding encoding_for(std::string_view beginning, const std::string& wish) {
  constexpr std::size_t cut = 4;  // bytes of a letter that may be cut at the end
  if (!wish.empty()) return encoding_choice.value(wish);
  const std::size_t broken = utf8::find_invalid(beginning);
  return broken == beginning.npos || broken + cut > beginning.size() ? Encoding::utf8 : Encoding::latin1;
}

/// A line of fastText's with two labels.
bool has_several_labels(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.find("__label__", 1) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string reason_of_label(const ChosenColumns& chosen) {
  return chosen.is_label_by_name ? "that is called so" : "with the fewest different values";
}

Guess guess_config(const std::string& path, const Readers& readers, const Wishes& wishes) {
  const std::string named = to_toml(to_value(wishes.named_as.empty() ? path : wishes.named_as));
  Guess guess;
  std::string beginning = beginning_of(path, guess.packing);
  guess.looks_like = sniff(beginning);
  if (const Encoding encoding = encoding_for(beginning, wishes.encoding); encoding != Encoding::utf8)
    beginning = to_utf8(beginning, encoding);
  if (beginning.starts_with(utf8::byte_order_mark)) beginning.erase(0, utf8::byte_order_mark.size());
  if (const std::string format = format_of_name(path);
      guess.looks_like.description.empty() && readers.find(format) != nullptr)
    guess.looks_like = sniff_name(format);
  if (guess.looks_like.format.empty()) {
    guess.config = fmt::format("[data]\ntrain = {}\n", named);
    return guess;
  }
  std::string table_text;
  // Lines of label, tab, text have no header: below one they are a table.
  const bool is_tsv = guess.looks_like.layout == Layout::label_tab_text &&
                      has_word_over_labels(csv_rows(beginning, '\t', false));
  if (is_tsv) guess.looks_like = table_of('\t');
  const Layout layout = guess.looks_like.layout;
  if (layout == Layout::table || layout == Layout::objects) {
    const ColumnTable table = layout == Layout::objects
                                  ? json_table(beginning)
                                  : csv_table(csv_rows(beginning, guess.looks_like.delimiter, !is_tsv));
    guess.columns = table.names;
    guess.has_header = layout == Layout::table && table.has_names;
    if (layout == Layout::table && wishes.text.empty()) guess.number_table = numbers_in(table, wishes.label);
    if (guess.number_table.numbers == 0) guess.chosen = chosen_of(table, wishes, layout == Layout::table);
    table_text = format_table(guess, table);
    if (is_tsv) table_text += "quotes = false\n";
  }
  if (layout == Layout::label_marks && has_several_labels(beginning))
    guess.config = "task = \"multi_label\"\n\n";
  guess.config += fmt::format("[data]\ntrain = {}\n", named);
  if (!wishes.tokenizer.empty()) guess.config += fmt::format("tokenizer = {}\n", wishes.tokenizer);
  guess.config += table_text.empty() ? fmt::format("format = {}\n", guess.looks_like.setting()) : table_text;
  return guess;
}

}  // namespace orochi
