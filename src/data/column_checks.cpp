#include "data/column_checks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/column_doubts.hpp"
#include "data/column_names.hpp"
#include "data/label_form.hpp"
#include "data/raw_files.hpp"
#include "data/readers/words.hpp"
#include "data/target_file.hpp"
#include "data/tokenizers/unicode.hpp"
#include "data/unknown_tokens.hpp"

namespace orochi {
namespace {

/// A label and where it is first.
struct Use {
  std::size_t first = 0;
  Index count = 0;
};
using Uses = std::map<std::string_view, Use>;

template <class Texts>
Uses count_uses(const Texts& values) {
  Uses uses;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto [use, is_new] = uses.try_emplace(values[i], Use{i, 0});
    ++use->second.count;
  }
  return uses;
}

bool has_blank(std::string_view text) { return text.find(' ') != std::string_view::npos; }

/// The option that begins so: label_column or label_key, text_columns or text_keys; or nothing.
std::string option_of(const ReaderEntry& reader, std::string_view start) {
  for (const Option& option : reader.options)
    if (option.name.starts_with(start)) return option.name;
  return "";
}

bool names_columns(const ReaderEntry& reader) { return !option_of(reader, "label_column").empty(); }

/// Whether all that a record has is the names of columns.
bool is_of_names(const RawSplit& raw, std::size_t record) {
  return is_column_name(raw.targets[record]) && std::ranges::all_of(raw.texts_of(record), is_column_name);
}

/// Records of names whose label no other record has, as where files were put together with their headers.
void check_headers(const RawSplit& raw, const ReaderEntry& reader, FileErrors& errors) {
  std::vector<std::size_t> found;
  std::set<std::string_view> labels;  // of the other records
  for (std::size_t i = 0; i < raw.targets.size(); ++i)
    if (is_of_names(raw, i))
      found.push_back(i);
    else
      labels.insert(raw.targets[i]);
  if (std::ssize(found) * 2 > raw.size()) return;  // they are about such names
  for (const std::size_t i : found)
    if (!labels.contains(raw.targets[i]))
      add_at(raw, i, errors, [&] {
        return fmt::format(
            "{}, {} look like a header, not like a record; remove the line{}", quote(raw.targets[i]),
            quote_list(raw.texts_of(i)),
            names_columns(reader) || found.size() > 1 || i > 0
                ? ""
                : ", or set data.format to {type = \"csv\", delimiter = \"\\t\"} and its columns");
      });
}

/// The first records of all files that were read.
std::vector<std::size_t> first_records(const RawSplit& raw) {
  std::vector<std::size_t> firsts{0};
  for (const SourceFile& source : raw.sources)
    if (source.first > 0 && source.first < raw.size()) firsts.push_back(as_size(source.first));
  return firsts;
}

/// Whether it is called as a column of labels is, or of ids, perhaps behind a mark of comments.
bool names_label_column(std::string_view label) {
  label.remove_prefix(std::min(label.find_first_not_of("#\" "), label.size()));
  label = label.substr(0, label.find_last_not_of("\" ") + 1);
  return label_name_rank(label) != no_label_name || lower_ascii(label) == "id";
}

/// No record below has a first line's label, while every other label comes again: it may be a column's name,
/// and is an error where labels are called so.
void check_first_lines(const RawSplit& raw, const Uses& labels, const ReaderEntry& reader, FileErrors& errors,
                       std::vector<std::string>& notes) {
  constexpr std::size_t longest = 24;
  if (raw.lines.empty()) return;
  std::map<std::string_view, Index> firsts;
  for (const std::size_t i : first_records(raw))
    if (raw.lines[i] == 1) ++firsts[raw.targets[i]];
  std::erase_if(firsts, [&](const auto& first) { return labels.at(first.first).count > first.second; });
  const std::size_t others = labels.size() - firsts.size();
  const auto is_rare = [&](const auto& use) { return use.second.count == 1 && !firsts.contains(use.first); };
  if (others < 1 || !come_again(others, raw.targets.size()) || std::ranges::any_of(labels, is_rare)) return;
  for (const std::size_t i : first_records(raw)) {
    const std::string& label = raw.targets[i];
    const std::vector<std::string_view> texts = raw.texts_of(i);
    const bool is_named = names_label_column(label);
    const auto is_long = [](std::string_view text) { return text.size() > longest; };
    if (!firsts.contains(label) || is_of_names(raw, i) || (!is_named && std::ranges::any_of(texts, is_long)))
      continue;
    const std::string what = fmt::format(
        "the first line looks like a header ({}, {}): no other record has its label, and every other label "
        "comes again; {}{}",
        quote(label), quote_list(texts), is_named ? "" : "if it is one, ",
        names_columns(reader) ? "set data.format.header = true and name the columns by it"
                              : "remove the line");
    if (is_named)
      add_at(raw, i, errors, [&] { return what; });
    else
      notes.push_back(fmt::format("{}: {}", raw.location(static_cast<Index>(i)), what));
  }
}

std::string how_to_exchange(const ReaderEntry& reader) {
  const std::string text = option_of(reader, "text_");
  return text.empty()
             ? "the label comes first: exchange the columns, for instance with awk -F'\\t' '{print $2 "
               "\"\\t\" $1}' FILE > NEW.tsv"
             : fmt::format("exchange data.format.{} and data.format.{}", option_of(reader, "label_"), text);
}

/// More labels than texts, which cannot tell them apart: an error where the labels are of several words and
/// the texts of one, else a note where they are far more.
void check_swapped(const RawSplit& raw, const Uses& labels, const ReaderEntry& reader, bool is_taught,
                   FileErrors& errors, std::vector<std::string>& notes) {
  constexpr std::size_t fewest = 4;
  if (raw.num_texts != 1 || labels.size() < fewest) return;
  std::set<std::string_view> texts;
  Index phrases = 0;
  for (std::size_t i = 0; i < raw.texts.size(); ++i) {
    if (texts.insert(raw.texts[i]).second && texts.size() >= labels.size()) return;
    phrases += has_blank(raw.texts[i]) ? 1 : 0;
  }
  const std::string of_texts = counted(std::ssize(texts), "different text"), way = how_to_exchange(reader);
  const auto at = as_size(std::ranges::find_if(raw.targets, has_blank) - raw.targets.begin());
  if (std::ranges::count_if(raw.targets, has_blank) * 2 >= raw.size() && phrases * 10 <= raw.size() &&
      texts.size() * 2 <= raw.targets.size())
    add_at(raw, at, errors, [&] {
      return fmt::format(
          "label and text look swapped: {} of several words, such as {}, but {} of one word each, such as "
          "{}; {}",
          counted(std::ssize(labels), "different label"), quote(raw.targets[at]), of_texts,
          quote(raw.texts[at]), way);
    });
  else if (is_taught && errors.empty() && texts.size() * 2 <= labels.size())
    notes.push_back(
        fmt::format("{} cannot tell {} apart, as {} and {} ({}): if label and text are swapped, {}", of_texts,
                    counted(std::ssize(labels), "label"), quote(raw.texts[0]), quote(raw.targets.front()),
                    raw.location(0), way));
}

/// Labels that nobody can tell apart.
void check_alike(const RawSplit& raw, const Uses& labels, FileErrors& errors) {
  std::map<std::string, std::pair<std::string_view, std::size_t>> forms;  // with the first label of each
  std::vector<std::pair<std::size_t, std::string_view>> in_order;
  for (const auto& [label, use] : labels) in_order.emplace_back(use.first, label);
  std::sort(in_order.begin(), in_order.end());
  for (const auto& use : in_order) {  // clang before 16 captures no structured bindings
    const std::string_view label = use.second;
    const auto found = forms.try_emplace(visible_form(label), label, use.first);
    if (found.second) continue;
    const auto& [other, at] = found.first->second;
    const std::string text =
        fmt::format("label {} looks like {} ({}), but has other characters; write both alike",
                    quote_code_points(label), quote_code_points(other), raw.location(static_cast<Index>(at)));
    add_at(raw, use.first, errors, [&] { return text; });
  }
}

/// Labels that say that there is none: they would be a class. Among signs "?" is one of them, and some words
/// may be one.
void check_missing(const RawSplit& raw, const Uses& labels, FileErrors& errors,
                   std::vector<std::string>& notes) {
  constexpr std::array<std::string_view, 6> words{"NA", "N/A", "n/a", "None", "NULL", "null"};
  const auto is_sign = [](const auto& use) {
    return use.first.size() == 1 && std::ispunct(static_cast<unsigned char>(use.first[0])) != 0;
  };
  const bool are_signs = std::ranges::count_if(labels, is_sign) > 1;
  for (const auto& [label, use] : labels) {
    if (std::ranges::find(words, label) != words.end())
      notes.push_back(
          fmt::format("label {} is a class, first {}: if it says that there is none, leave such records out",
                      quote(label), raw.location(static_cast<Index>(use.first))));
    if (!marks_missing(label) || (are_signs && label == "?")) continue;
    const std::string what = fmt::format(
        "the label is {}, which says that it is missing; leave such records out, or write their labels; if "
        "it is a class, give it another name",
        quote(label));
    add_at(raw, use.first, errors, [&] { return what; });
  }
}

/// Labels that differ in case alone: another class each, which is rarely meant.
void note_case(const RawSplit& raw, char separator, std::vector<std::string>& notes) {
  constexpr Index most_named = 3;
  std::set<std::string, std::less<>> seen;
  std::map<std::string, std::pair<std::string, Index>>
      forms;  // in lower case; the first label and its record
  Index count = 0;
  std::string form;
  for (Index i = 0; i < raw.size(); ++i) {
    const std::string& target = raw.targets[static_cast<std::size_t>(i)];
    for (const std::string_view label : labels_in(target, separator)) {
      if (seen.contains(label)) continue;
      seen.emplace(label);
      unicode::normalize(label, true, form);
      const auto [other, is_new] = forms.try_emplace(form, label, i);
      if (is_new || ++count > most_named) continue;
      notes.push_back(fmt::format(
          "labels {} ({}) and {} ({}) differ in case alone and are two classes; write both alike if they are "
          "one",
          quote(label), raw.location(i), quote(other->second.first), raw.location(other->second.second)));
    }
  }
  if (count > most_named)
    notes.push_back(fmt::format("and {} more in another case", counted(count - most_named, "label")));
}

/// Numbers to be predicted that are all the same; of classes the task says so.
void check_constant(const RawSplit& raw, const Targets& targets, FileErrors& errors) {
  const std::string& first = raw.targets.front();
  if (!targets.are_numbers() || raw.size() < 2 ||
      std::ranges::any_of(raw.targets, [&](const std::string& target) { return target != first; }))
    return;
  errors.add(fmt::format("every target is {}: there is nothing to learn; expected two different ones or more",
                         quote(first)));
}

}  // namespace

void check_columns(const RawSplit& raw, const Targets& targets, const ReaderEntry& reader, FileErrors& errors,
                   std::vector<std::string>& notes, bool is_taught) {
  if (raw.size() == 0 || !targets.are_in_file()) return;
  if (raw.channels == 0) check_headers(raw, reader, errors);
  const bool has_columns = reader.options.empty() || names_columns(reader);  // a label and texts
  if (is_taught && targets.level() == Level::sequence) note_doubts(raw, targets, has_columns, notes);
  if (is_taught) check_constant(raw, targets, errors);
  if (targets.are_numbers()) return;
  const Uses labels = count_uses(raw.targets);
  check_alike(raw, labels, errors);
  if (is_taught) note_case(raw, targets.separator(), notes);
  if (targets.level() == Level::row) return;
  if (is_taught) check_missing(raw, labels, errors, notes);
  if (raw.channels == 0) check_swapped(raw, labels, reader, is_taught, errors, notes);
  if (raw.channels == 0 && is_taught && has_columns) check_first_lines(raw, labels, reader, errors, notes);
  if (is_taught && errors.empty()) check_numbers(raw, targets.separator() == '\0', errors, notes);
}

std::vector<std::string> column_notes(const DataConfig& config, const Readers& readers,
                                      const Targets& targets) {
  std::vector<std::string> notes;
  FileErrors errors(config.train.files, PathFrom::config);
  const RawSplit raw = read_raw_files(config, readers, targets, errors);
  if (const ReaderEntry* reader = readers.find(config.format.type); reader != nullptr && errors.empty())
    check_columns(raw, targets, *reader, errors, notes);
  return notes;
}

void note_tokens(const LoadedData& data, const RawSplit& train, const DataConfig& config,
                 const Tokenizers& tokenizers, std::vector<std::string>& notes) {
  const Tokenizer& tokenizer = *data.preprocessing.tokenizer;
  bool are_single = config.max_length > 1 && std::ssize(data.train.tokens) == data.train.size();
  for (std::size_t i = 0; i < train.texts.size() && are_single; ++i) are_single = train.texts[i].size() > 4;
  const double unknown = unknown_share(data.validation, tokenizer);
  if (!are_single && unknown <= mostly_unknown) return;
  std::string text;
  if (are_single)
    text = fmt::format("every text is a single token of data.tokenizer = \"{}\"", config.tokenizer.type);
  if (unknown > mostly_unknown)
    text += fmt::format("{}{:.0f} % of the validation set's tokens are unknown to the vocabulary",
                        text.empty() ? "" : ", and ", 100 * unknown);
  std::string others;
  for (const char* other : {"char", "bpe", "unigram"})
    if (other != config.tokenizer.type && tokenizers.find(other) != nullptr)
      others += fmt::format("{}\"{}\"", others.empty() ? "" : " or ", other);
  if (!others.empty()) text += fmt::format("; for such text set data.tokenizer = {}", others);
  notes.push_back(text);
}

}  // namespace orochi
