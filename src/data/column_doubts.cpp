#include "data/column_doubts.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "core/as_size.hpp"
#include "data/label_form.hpp"
#include "data/number_table.hpp"
#include "data/target_file.hpp"

namespace orochi {
namespace {

bool has(std::string_view target, char separator) { return target.find(separator) != target.npos; }

/// Of several labels a sequence: none has two, while some hold another separator; blanks are also in names.
void note_separator(const RawSplit& raw, char separator, std::vector<std::string>& notes) {
  if (std::ranges::any_of(raw.targets, [&](const std::string& target) { return has(target, separator); }))
    return;
  for (const LabelSeparator& other : label_separators) {
    const auto holds = [&](const std::string& target) { return has(target, other.character); };
    const Index count = std::ranges::count_if(raw.targets, holds);
    if (count <= raw.size() / (other.character == ' ' ? 2 : 10)) continue;
    const auto first = std::ranges::find_if(raw.targets, holds) - raw.targets.begin();
    notes.push_back(fmt::format(
        "no record has more than one label, but the labels of {} of {} hold a {}, first {} ({}): if it is "
        "between labels, set task.separator = \"{}\"",
        grouped(count), grouped(raw.size()), other.character == ' ' ? "blank" : quote({&other.character, 1}),
        quote(raw.targets[as_size(first)]), raw.location(first), other.name));
    return;
  }
}

/// "1,37"
bool may_have_decimal_comma(std::string_view target) {
  constexpr std::string_view digits = "0123456789";
  if (target.starts_with('-')) target.remove_prefix(1);
  const std::size_t comma = target.find(',');
  return comma != target.npos && comma > 0 && comma + 1 < target.size() &&
         target.substr(0, comma).find_first_not_of(digits) == target.npos &&
         target.substr(comma + 1).find_first_not_of(digits) == target.npos;
}

void note_decimal_commas(const RawSplit& raw, const Targets& targets, std::vector<std::string>& notes) {
  if (!std::ranges::all_of(raw.targets, may_have_decimal_comma)) return;
  notes.push_back(fmt::format(
      "every {} is like {} ({}), which is read as {}: if its comma is a decimal one, write a point for it{}",
      targets.are_numbers() ? "target" : "label", quote(raw.targets.front()), raw.location(0),
      targets.are_numbers() ? "two numbers" : "the name of a class",
      targets.are_numbers() ? "" : ", and set task = \"regression\" to predict quantities"));
}

/// Labels between marks that are hardly part of their names: "yes" in quotes, ['a', 'b'] as Python prints.
void note_marks(const RawSplit& raw, std::vector<std::string>& notes) {
  constexpr std::string_view left = "\"'[({", right = "\"'])}";
  const std::string& first = raw.targets.front();
  const std::size_t mark = first.empty() ? left.npos : left.find(first.front());
  if (mark == left.npos || std::ranges::any_of(raw.targets, [&](const std::string& target) {
        return target.size() < 2 || target.front() != left[mark] || target.back() != right[mark];
      }))
    return;
  notes.push_back(
      fmt::format("every label is between {} and {}, first {} ({}), which are read as part of it: if they "
                  "only enclose it, {}",
                  left[mark], right[mark], quote(first), raw.location(0),
                  left[mark] == '"' && raw.texts.size() > 0 && raw.texts[0].starts_with('"')
                      ? "set data.format to {type = \"csv\", delimiter = \"\\t\", header = false, "
                        "label_column = \"1\", text_columns = [\"2\"]}"
                      : "remove them, for instance with awk -F'\\t' -v OFS='\\t' '{gsub(/[][(){}\"\\047]/, "
                        "\"\", $1); print}' FILE > NEW.tsv"));
}

/// Of several labels a record: 0 or 1 for each that there is.
void note_flags(const RawSplit& raw, char separator, std::vector<std::string>& notes) {
  const auto is_flags = [&](const std::string& target) {
    return target.size() > 2 && target.size() == raw.targets.front().size() &&
           target.find_first_not_of(std::string{'0', '1', separator}) == target.npos &&
           std::ranges::count(target, separator) * 2 + 1 == std::ssize(target);
  };
  if (!std::ranges::all_of(raw.targets, is_flags)) return;
  notes.push_back(
      fmt::format("every target is like {} ({}), which is read as the labels 0 and 1: if each place is the "
                  "flag of a label, write the names, or numbers, of those that a record has, for instance "
                  "with awk -F'\\t' '{{n = split($1, is, "
                  "\"{}\"); s = \"\"; for (i = 1; i <= n; ++i) if (is[i] == 1) s = s (s == \"\" ? \"\" : "
                  "\"{}\") i; print s \"\\t\" $2}}' FILE > NEW.tsv",
                  quote(raw.targets.front()), raw.location(0), separator, separator));
}

/// Several numbers with blanks, commas or semicolons between.
bool is_series(std::string_view text) {
  constexpr std::string_view between = " \t,;";
  constexpr int fewest = 3;
  int numbers = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
    if (text.empty()) return numbers >= fewest;
    const std::string_view field = text.substr(0, text.find_first_of(between));
    if (!is_one_number(field)) return false;
    text.remove_prefix(field.size()), ++numbers;
  }
}

void note_series(const RawSplit& raw, std::vector<std::string>& notes) {
  constexpr std::size_t shown = 24;
  const std::size_t most_others = raw.texts.size() / 20;
  std::size_t others = 0, first = raw.texts.size();
  for (std::size_t i = 0; i < raw.texts.size(); ++i) {
    if (is_series(raw.texts[i]))
      first = std::min(first, i);
    else if (++others > most_others)
      return;
  }
  const std::string_view text = raw.texts[first];
  notes.push_back(fmt::format(
      "the texts are numbers, first \"{}{}\" ({}), which are read as words: if each is a series, write a "
      "line of the label and its numbers with tabs between (data.format = \"ucr\"), or a .ts file "
      "(v,v,v:label)",
      text.substr(0, shown), text.size() > shown ? "..." : "", raw.location(static_cast<Index>(first))));
}

/// "$0" of "$12.50", "0-0-0" of a date: what is about a label's numbers; nothing where a letter is before
/// them.
std::string form_of(std::string_view label) {
  std::string form;
  for (const char c : label) {
    if ((c == '.' || c == ',') && form.ends_with('0')) continue;
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && form.find('0') == form.npos &&
        (c == '_' || std::isalpha(static_cast<unsigned char>(c)) != 0))
      return "";
    if (!is_digit || !form.ends_with('0')) form += is_digit ? '0' : c;
  }
  return form.find('0') != form.npos ? form : "";
}

bool are_of_one_form(const std::set<std::string_view>& labels) {
  const std::string form = form_of(*labels.begin());
  return !form.empty() &&
         std::ranges::all_of(labels, [&](std::string_view label) { return form_of(label) == form; });
}

}  // namespace

void note_doubts(const RawSplit& raw, const Targets& targets, bool has_columns,
                 std::vector<std::string>& notes) {
  const bool takes_several = targets.separator() != '\0' && !targets.are_numbers();
  if (takes_several) note_separator(raw, targets.separator(), notes);
  if (takes_several) note_flags(raw, targets.separator(), notes);
  if (!targets.are_numbers() && has_columns) note_marks(raw, notes);
  if (!takes_several && has_columns) note_decimal_commas(raw, targets, notes);
  if (raw.channels == 0 && raw.num_texts == 1) note_series(raw, notes);
}

void check_numbers(const RawSplit& raw, bool is_one_each, FileErrors& errors,
                   std::vector<std::string>& notes) {
  constexpr std::size_t few = 10, most_numbers = 100;
  const std::set<std::string_view> labels(raw.targets.begin(), raw.targets.end());
  if (labels.size() <= few) return;
  const bool all_differ = labels.size() == raw.targets.size();
  bool is_whole = true, are_numbers = true;
  for (const std::string_view label : labels) {
    const std::optional<double> number = one_number(label);
    are_numbers = are_numbers && number;
    is_whole = is_whole && (!number || *number == std::floor(*number));
  }
  const bool are_ids = is_whole && labels.size() * 3 < raw.targets.size();
  const bool are_alike = are_numbers || (is_one_each && are_of_one_form(labels));
  if (are_ids || !(are_alike || (is_one_each && all_differ))) return;
  const auto say = [&](const std::string& location) {
    const std::string what =
        fmt::format("the labels are {} different {}, first {}{}: ", grouped(std::ssize(labels)),
                    are_numbers ? "numbers"
                    : are_alike ? "ones of one form"
                                : "ones in as many records",
                    quote(raw.targets.front()), location);
    if (!are_alike) return what + "no class can be learned from one record each";
    return fmt::format("{}if they are quantities to be predicted, {}set task = \"regression\"", what,
                       are_numbers ? "" : "write them as plain numbers and ");
  };
  // Then no class can be learned, or hardly one.
  if (all_differ || (are_numbers && labels.size() > most_numbers))
    add_at(raw, 0, errors, [&] {
      return say("") + (!are_alike   ? ""
                        : all_differ ? "; classes cannot be learned from one record each"
                                     : "; if they are names, begin them with a letter");
    });
  else
    notes.push_back(say(fmt::format(" ({})", raw.location(0))));
}

}  // namespace orochi
