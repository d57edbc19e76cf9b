// orochi check-data: what a file of data looks like to the readers.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <span>

#include <fmt/format.h>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "cli/data_survey.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/guess.hpp"
#include "data/unknown_tokens.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_labels = 20;  // shown

/// The labels with their counts, the most frequent first.
std::string label_text(std::span<const SurveyedRecord> records, const Task& task) {
  const std::vector<std::string> names = task.strata_names();
  if (names.empty()) return fmt::format("targets     {}\n", task.summary());
  std::vector<Index> counts(names.size());  // [K]
  for (const SurveyedRecord& record : records) ++counts[as_size(record.stratum)];
  std::vector<std::size_t> order(names.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string text = fmt::format("labels      {}:", counted(std::ssize(names), "label"));
  for (std::size_t i = 0; i < std::min(order.size(), most_labels); ++i)
    text += fmt::format("{} {} {}", i == 0 ? "" : ",", escape(names[order[i]]), grouped(counts[order[i]]));
  return text + (order.size() > most_labels ? ", ...\n" : "\n");
}

std::string length_text(std::span<const SurveyedRecord> records) {
  return fmt::format("lengths     {} to {} rows, half of them up to {}\n", grouped(length_at(records, 0)),
                     grouped(length_at(records, 1)), grouped(length_at(records, 0.5)));
}

std::string findings(const ReadData& read) {
  const LoadedData& data = read.data;
  std::string text = fmt::format("sequences   {}\n", grouped(std::ssize(read.records)));
  text += label_text(read.records, *read.task) + length_text(read.records);
  if (data.preprocessing.channels > 0)
    text += fmt::format("channels    {}\n", data.preprocessing.channels);
  else
    text +=
        fmt::format("vocabulary  {} by \"{}\", {:.1f} % of validation's tokens unknown\n",
                    counted(data.preprocessing.vocabulary_size(), "token"), read.config.data.tokenizer.type,
                    100 * unknown_share(data.validation, *data.preprocessing.tokenizer));
  for (const std::string& note : data.notes) text += "note        " + escape(note) + "\n";
  if (const std::string note = uneven_note(read); !note.empty()) text += "note        " + escape(note) + "\n";
  return text;
}

/// The file as the guessed config reads it, which gets a tokenizer where the default one would not cut the
/// texts and no other is named.
ReadData read_with_tokenizer(const std::string& path, Guess& guess, const std::vector<std::string>& settings,
                             const Extensions& extensions) {
  const auto read = [&] { return read_by_guess(guess, "the config below", settings, extensions); };
  ReadData first = read();
  const bool is_named = std::ranges::any_of(
      settings, [](const std::string& setting) { return setting.starts_with("data.tokenizer"); });
  if (is_named || !are_single_words(first)) return first;
  Wishes wishes{"", "", "", "", encoding_of(settings)};
  wishes.tokenizer = fmt::format("{}  # each letter a row: the texts are single words", tokenizer_of_letters);
  guess = guess_config(path, extensions.readers, wishes);
  return read();
}

int call_check_data(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string& path = arguments.words.front();
  const auto say = [&](const std::string& text) {
    if (arguments.has("--config"))
      std::cerr << text;
    else
      out.write(text);
  };
  const std::vector<std::string> overrides(arguments.words.begin() + 1, arguments.words.end());
  Guess guess = guess_config(path, extensions.readers, {"", "", "", "", encoding_of(overrides)});
  const std::string& description = guess.looks_like.description;
  say(fmt::format("file        {}, {} bytes\nlooks like  {}\n", escape(path),
                  grouped(static_cast<Index>(std::filesystem::file_size(path))),
                  description.empty() ? "no format that is known" : description));
  const bool names_format = std::any_of(overrides.begin(), overrides.end(), [](const std::string& setting) {
    return setting.starts_with("data.format");
  });
  if (!names_format && extensions.readers.find(guess.looks_like.format) == nullptr)
    throw usage_error(fmt::format(
        "{}: {}; formats that are read: orochi components reader; name one with data.format=NAME, "
        "lines of text without labels with data.format=text task=masked_tokens",
        path, guess.looks_like.advice.empty() ? "no reader for it" : guess.looks_like.advice));
  if (!guess.columns.empty()) say(fmt::format("columns     {}\n", escape(quote_list(guess.columns))));
  const auto config = [&] {
    std::string text = inert_lines(guess.config);
    for (const std::string& setting : overrides) text += "# and " + escape(setting) + "\n";
    return text;
  };
  try {
    say(findings(read_with_tokenizer(path, guess, overrides, extensions)));
  } catch (const Error&) {
    say("\n" + config() + "\n");
    throw;
  }
  if (!arguments.has("--config")) out.write("\nA config to start from:\n\n");
  out.write(config());
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb check_data_verb() {
  Verb verb;
  verb.name = "check-data";
  verb.summary =
      "say what a data file looks like: format, columns, labels, lengths, oddities; and a config for it";
  verb.description =
      "Tells the format by the file's beginning, chooses columns, reads the file as training would and "
      "prints what training would note, then a config to start from. Settings after the file take the place "
      "of what was chosen.";
  verb.words = {{"FILE", "labelled data", true, false},
                {"KEY=VALUE", "settings, for example task=regression data.tokenizer=char", false, true}};
  verb.options = {{"--config", "", "the config alone on standard output, the rest on standard error"}};
  verb.examples = {"check-data datasets/splice/train.tsv", "check-data reviews.csv --config >reviews.toml"};
  verb.call = call_check_data;
  return verb;
}

}  // namespace orochi
