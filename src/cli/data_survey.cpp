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
