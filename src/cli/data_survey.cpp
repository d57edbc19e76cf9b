#include "cli/data_survey.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "cli/text.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"

namespace orochi {

std::vector<SurveyedRecord> records_of(const LoadedData& data, const Task& task) {
  std::vector<SurveyedRecord> records;
  for (Index i = 0; i < data.train.size(); ++i)
    if (i > 0 && data.train_locations[as_size(i)] == data.train_locations[as_size(i - 1)])
      records.back().length += data.train.length(i);
    else
      records.push_back({task.stratum(data.train.target(i)), data.train.length(i)});
  for (Index i = 0; i < data.validation.size(); ++i)
    records.push_back({task.stratum(data.validation.target(i)), data.validation.length(i)});
  return records;
}

Index length_at(std::span<const SurveyedRecord> records, double share) {
  std::vector<Index> lengths;
  for (const SurveyedRecord& record : records) lengths.push_back(record.length);
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(lengths.size() - 1));
  std::nth_element(lengths.begin(), lengths.begin() + at, lengths.end());
  return lengths[as_size(at)];
}

ReadData read_data(const std::string& toml, const std::string& name, const std::vector<std::string>& settings,
                   const Extensions& extensions) {
  ReadData read;
  read.config = parse_config(toml, name, settings, component_schemas(extensions));
  read.task = extensions.tasks.make(read.config.task);
  read.data = load_data(read.config.data, "", read.config.train.seed, extensions.readers,
                        extensions.tokenizers, *read.task);
  read.records = records_of(read.data, *read.task);
  return read;
}

namespace {

constexpr std::size_t most_classes = 20;  // of numbers that may be quantities

/// Whether labels are likelier quantities: many different numbers.
bool are_quantities(const std::vector<std::string>& labels, std::size_t records) {
  return labels.size() > std::max(most_classes, records / 20) && std::ranges::all_of(labels, is_one_number);
}

/// Of targets that are read as numbers: whether they are more than there may be classes.
bool are_many(const LoadedData& data) {
  std::set<double> different;
  for (const Sequences* part : {&data.train, &data.validation})
    for (Index i = 0; i < part->size(); ++i)
      if (different.insert(part->target(i).front()).second && different.size() > most_classes) return true;
  return false;
}

}  // namespace

std::string encoding_of(std::span<const std::string> settings) {
  constexpr std::string_view key = "data.encoding=";
  for (const std::string& setting : settings)
    if (setting.starts_with(key)) return setting.substr(key.size());
  return "";
}

ReadData read_by_guess(Guess& guess, const std::string& name, const std::vector<std::string>& settings,
                       const Extensions& extensions) {
  const auto read = [&](const std::string& config) { return read_data(config, name, settings, extensions); };
  const auto names_task = [](const std::string& setting) { return setting.starts_with("task"); };
  if (guess.config.starts_with("task") || std::ranges::any_of(settings, names_task))
    return read(guess.config);
  std::optional<Error> failed;
  try {
    ReadData found = read(guess.config);
    if (!are_quantities(found.task->strata_names(), found.records.size())) return found;
  } catch (const Error& error) {
    failed = error;
  }
  const std::string as_quantities =
      "task = \"regression\"  # the labels are many different numbers\n\n" + guess.config;
  try {
    ReadData found = read(as_quantities);
    if (failed && !are_many(found.data)) throw *failed;
    guess.config = as_quantities;
    return found;
  } catch (const Error&) {
    if (failed) throw *failed;
    throw;
  }
}

namespace {

/// An awk program that writes a record as a case of one step, each column but ids a dimension, and its label:
/// a .ts file, or without labels the lines that predict takes.
std::string awk_for(const Guess& guess, bool has_labels) {
  const NumberTable& table = guess.number_table;
  std::vector<std::string> taken;
  if (table.label < guess.columns.size()) taken.push_back(fmt::format("i != {}", table.label + 1));
  for (const std::size_t id : table.ids) taken.push_back(fmt::format("i != {}", id + 1));
  std::string program = has_labels ? R"(BEGIN {print "@classLabel true\n@data"} )" : "";
  program += guess.has_header ? "NR > 1 && NF > 1" : "NF > 1";
  program += R"( {gsub(/["\r]/, ""); )";
  if (has_labels && table.has_decimal_commas && table.label_is_number)
    program += fmt::format("sub(/,/, \".\", ${}); ", table.label + 1);
  if (!has_labels) program += R"(s = ""; )";
  program += "for (i = 1; i <= NF; ++i) ";
  if (!taken.empty()) program += fmt::format("if ({}) ", fmt::join(taken, " && "));
  program += "{";
  if (table.has_decimal_commas) program += R"(sub(/,/, ".", $i); )";
  const std::string number = R"($i ~ /^ *(NA)?$/ ? "?" : $i)";
  return program + (has_labels ? fmt::format(R"(printf "%s:", {}}}; print ${}}})", number, table.label + 1)
                               : fmt::format(R"(printf "%s%s", s, {}; s = ":"}}; print ""}})", number));
}

/// A command that writes a table of numbers so.
std::string command_for(const Guess& guess, const std::string& path, bool has_labels) {
  const char delimiter = guess.looks_like.delimiter;
  const std::string between =
      delimiter == ',' ? "," : fmt::format("'{}'", delimiter == '\t' ? "\\t" : std::string(1, delimiter));
  const bool is_packed = guess.packing != Packing::none;
  const std::string named = shell_word(path);
  std::string source = guess.packing == Packing::gzip   ? "zcat <" + named + " | "
                       : guess.packing == Packing::zstd ? "zstd -dc <" + named + " | "
                                                        : "";
  // Between commas numbers like "6,3" are in quotes, which awk would cut.
  const bool has_quoted_commas = delimiter == ',' && guess.number_table.has_decimal_commas;
  if (has_quoted_commas)
    source +=
        fmt::format(R"x(sed 's/"\([-+0-9]*\),\([-+0-9eE]*\)"/\1.\2/g' {}| )x", is_packed ? "" : named + " ");
  return fmt::format("{}awk -F{} '{}'{}", source, between, awk_for(guess, has_labels),
                     is_packed || has_quoted_commas ? "" : " " + named);
}

/// That command, into a file in this folder.
std::string command_into_ts(const Guess& guess, const std::string& path) {
  std::filesystem::path stem = std::filesystem::path(path).stem();
  if (guess.packing != Packing::none) stem = stem.stem();
  return command_for(guess, path, true) + " >" + shell_word(stem.string() + "-columns.ts");
}

}  // namespace

void refuse_number_table(const Guess& guess, const std::string& path, const std::string& text_setting) {
  const NumberTable& table = guess.number_table;
  if (table.numbers == 0) return;
  const auto name_of = [&](std::size_t column) {
    return guess.has_header ? quote(guess.columns[column]) : std::to_string(column + 1);
  };
  std::vector<std::string> ids;
  std::ranges::transform(table.ids, std::back_inserter(ids), name_of);
  throw usage_error(fmt::format(
      "{}: error: looks like a table of numbers, a record a line: {} of numbers, and labels in column {}; "
      "none of them is a text.{} Numbers are read as series: write a record as one step, each of its columns "
      "a channel that is normalized by itself, for instance with\n  {}\nand name that file. Where the "
      "columns are one quantity over time, write a line of the label and the numbers, with tabs between "
      "(data.format = \"ucr\"). To read one column as a text all the same, name it with {}",
      path, counted(static_cast<Index>(table.numbers), "column"), name_of(table.label),
      ids.empty() ? "" : fmt::format(" What only numbers the records is left out: {}.", fmt::join(ids, ", ")),
      command_into_ts(guess, path), text_setting));
}

void refuse_number_table(const Model& trained, const std::string& path, const std::string& reader) {
  const Index channels = trained.preprocessing.channels;
  if (channels < 2 || !std::filesystem::is_regular_file(path)) return;
  Guess guess = guess_config(path, trained.extensions.readers);
  NumberTable& table = guess.number_table;
  if (table.numbers == 0) return;
  // A file without labels has a measurement where they are guessed, and training may have taken ids for some.
  const auto lacks = [&](std::size_t count) { return static_cast<Index>(table.numbers + count) == channels; };
  const std::size_t ids = table.ids.size(), label = !reader.empty() && table.label_is_number ? 1 : 0;
  if (ids > 0 && (lacks(ids) || lacks(ids + label))) table.ids.clear(), table.numbers += ids;
  if (label > 0 && lacks(label)) table.label = guess.columns.size();
  throw usage_error(
      fmt::format("{}: error: looks like a table of numbers, but the model reads series, with a channel for "
                  "each of {}; with the columns in the order of training's, {} with\n  {}",
                  path, counted(channels, "column"), reader.empty() ? "write it as one" : "hand it over",
                  reader.empty() ? command_into_ts(guess, path) + "\nand name that file with data.format=ts"
                                 : command_for(guess, path, false) + " | " + reader));
}

std::string uneven_note(const ReadData& read) {
  constexpr double most_share = 0.9;
  constexpr Index fewest = 5;
  const std::vector<std::string> labels = read.task->strata_names();
  if (labels.size() < 2) return "";
  std::vector<Index> counts(labels.size());  // [K]
  for (const SurveyedRecord& record : read.records) ++counts[as_size(record.stratum)];
  const auto largest = as_size(std::ranges::max_element(counts) - counts.begin());
  const auto smallest = as_size(std::ranges::min_element(counts) - counts.begin());
  const double share = static_cast<double>(counts[largest]) / static_cast<double>(read.records.size());
  const Index rare = std::ranges::count_if(counts, [](Index count) { return count < fewest; });
  std::vector<std::string> parts;
  if (share > most_share)
    parts.push_back(
        fmt::format("label {} has {:.1f} % of the records, so that always answering it is right as often: "
                    "look at macro_f1, choose the epoch by it with train.monitor = \"macro_f1\", and let "
                    "every label count alike with task.class_weights = \"balanced\"",
                    quote(labels[largest]), 100 * share));
  if (rare > 0)
    parts.push_back(
        fmt::format("{} fewer than {} records, as {} with {}: too few to be learned or measured; add records "
                    "of it, or join it with another label",
                    counted(rare, "label") + (rare == 1 ? " has" : " have"), fewest, quote(labels[smallest]),
                    counts[smallest]));
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool are_single_words(const ReadData& read) {
  constexpr Index few = 2;
  return read.data.preprocessing.channels == 0 && read.task->level() == Level::sequence &&
         length_at(read.records, 0.75) <= few;
}

}  // namespace orochi
