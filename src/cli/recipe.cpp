#include "cli/recipe.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "baseline/baseline.hpp"
#include "baseline/linear_model.hpp"

namespace orochi {
namespace {

constexpr Index batch_size = 32;

/// What depends on the kind of data.
struct Choices {
  const char* tokenizer;  // with its comment; empty: numbers
  const char* rows;       // what a row is
  const char* pooling;    // with its comment
  Index num_layers;
  bool has_text_model;
  Index ngrams;
  const char* ngrams_why;
  Index most_rows;  // max_length at most
  double steps;     // updates of a run on little data
  Index kernel_size = 1;
};

Choices choices_for(DataKind kind) {
  constexpr const char* one_sign = "\"max\"  # one clear sign anywhere decides";
  switch (kind) {
    case DataKind::words:
      return {
          "{type = \"word\", min_count = 2}  # words that occur once count as unknown, so that "
          "the model learns what to do with unknown words",
          "words",
          "\"mean\"",
          2,
          true,
          1,
          "",
          256,
          1200};
    case DataKind::letters:
      return {"{type = \"char\", lowercase = false}  # each letter a row",
              "letters",
              "\"mean\"",
              2,
              true,
              4,
              "what tells such texts apart is runs of letters",
              512,
              1500};
    case DataKind::places:
      return {"{type = \"char\", lowercase = false}  # each letter a row: all texts have as many",
              "letters",
              one_sign,
              2,
              true,
              1,
              "",
              512,
              1500};
    case DataKind::series:
      break;
  }
  return {"", "rows", one_sign, 2, false, 1, "", 512, 1500, 9};
}

constexpr Index many_records = 20000;

/// More data bears a wider model.
Index width_for(Index records) { return records > many_records ? 96 : 64; }

/// Buckets of the linear model of the texts; 0: without it. Its table has them for each label, and what it
/// looks at is in memory.
Index text_features(const DataSurvey& survey, const Choices& choices) {
  constexpr double most_letters = 2e7, letters_a_word = 6;
  const double letters = static_cast<double>(survey.records * survey.median) *
                         (survey.kind == DataKind::words ? letters_a_word : 1);
  if (!choices.has_text_model || !has_baselines() || survey.labels == 0 || survey.of_rows ||
      letters > most_letters)
    return 0;
  return survey.labels <= 32 ? 131072 : 32768;
}

/// Features of the linear model of the series; 0: without it. Fitting it takes seconds, or few minutes.
Index series_features(const DataSurvey& survey) {
  constexpr Index most = 10'000, fewest = 1'000, plain = 500;
  constexpr double most_fitted = 5e8;
  if (survey.kind != DataKind::series || survey.longest == 1 || !has_baselines() || survey.labels == 0 ||
      survey.of_rows)
    return 0;
  const double values = static_cast<double>(survey.records) * static_cast<double>(survey.labels);
  const Index features =
      std::min({most, most_series_features(survey.records), static_cast<Index>(most_fitted / values)});
  return features < fewest ? 0 : features / plain * plain;
}

/// So many passes over the data that small data is seen often and large data a few times; fewer where records
/// are long, so that a run takes minutes.
Index epochs_for(const DataSurvey& survey, double steps) {
  constexpr double most_rows = 6e6;
  const double each = std::ceil(0.9 * static_cast<double>(survey.records) / batch_size);
  const double rows = static_cast<double>(batch_size * survey.median);
  return std::clamp<Index>(static_cast<Index>(std::lround(std::min(steps, most_rows / rows) / each)), 5, 200);
}

/// At most one of the two.
std::string linear_model_lines(const DataSurvey& survey, const Choices& choices) {
  const bool has_places = survey.kind == DataKind::places;
  const Index of_texts = text_features(survey, choices), of_series = series_features(survey);
  if (of_texts + of_series == 0) return "";
  const char* what =
      of_series > 0 ? "series_features = {}  # of a linear model of the series (MiniRocket)"
      : has_places  ? "text_features = {}  # buckets of a linear model of runs of letters at their places"
                    : "text_features = {}  # buckets of a linear model of words, pairs and runs of letters";
  return fmt::format(fmt::runtime(what), of_texts + of_series) +
         "; it is fitted first, and each answer is the sum of it and the encoder; 0 leaves it out, which "
         "ONNX and long = \"windows\" need\n" +
         (has_places && of_texts > 0
              ? "text_places = true  # false: of runs anywhere; leave it out with text_features\n"
              : "");
}

std::string data_section(const DataSurvey& survey, const Choices& choices) {
  std::string text;
  if (*choices.tokenizer != '\0') text += fmt::format("tokenizer = {}\n", choices.tokenizer);
  constexpr Index short_record = 64;  // to cut such ones would save little
  const Index kept =
      std::min(survey.longest <= short_record ? survey.longest : survey.usual_length, choices.most_rows);
  const Index features = text_features(survey, choices);
  const char* cut = features > 0
                        ? "the encoder reads the beginning of longer records"
                        : "longer records are cut to their beginning; long = \"windows\" reads them whole";
  const char* share = kept >= survey.longest ? "no record is longer"
                      : kept < survey.usual_length
                          ? cut
                          : "98 of 100 records are not longer; the others lose their end";
  text += linear_model_lines(survey, choices);
  if (survey.misses_values)
    text += fmt::format("missing = {}\n",
                        survey.longest > 1
                            ? "\"interpolate\"  # values that are missing, by their neighbors in time"
                            : "\"mean\"  # values that are missing, by the mean of their channel");
  return text + fmt::format("max_length = {}  # {}: {}\n", kept, choices.rows, share);
}

}  // namespace

std::string recipe(const DataSurvey& survey) {
  const Choices choices = choices_for(survey.kind);
  const bool is_one_step = survey.kind == DataKind::series && survey.longest == 1;
  std::string text = fmt::format(
      "# {} records{}{}.\n# Made by `orochi init`; docs/config.md has every key.\n\n", survey.records,
      survey.labels > 0 ? fmt::format(", {} labels", survey.labels) : "",
      is_one_step ? ", each of one row: attention has nothing to compare, the rest is a small network"
                  : fmt::format("; half of them have up to {} {}", survey.median, choices.rows));
  if (!survey.task.empty()) text += fmt::format("task = \"{}\"\n\n", survey.task);
  const std::size_t table = survey.data.find("\n[data.format]");
  text += survey.data.substr(0, table == std::string::npos ? survey.data.size() : table);
  text += survey.test.empty() ? "# test = \"...\"  # measured once, at the end\n"
                              : fmt::format("test = {}\n", survey.test);
  text += "validation_fraction = 0.1  # chooses the epoch\n" + data_section(survey, choices);
  if (table != std::string::npos) text += survey.data.substr(table);
  text +=
      fmt::format(R"(
[model]
d_model = {}
num_layers = {}
num_heads = 4
dropout = 0.2  # a model soon learns a small data set by heart
pooling = {}

[train]
seed = 1
epochs = {}
batch_size = {}
learning_rate = 1e-3
warmup_ratio = 0.1
swa_start = 0.75  # the mean of the parameters over the last quarter: less noise
)",
                  width_for(survey.records), choices.num_layers, is_one_step ? "\"mean\"" : choices.pooling,
                  epochs_for(survey, choices.steps), batch_size);
  if (choices.ngrams > 1)
    text += fmt::format("\n[layer.token_embedding]\nngrams = {}  # {}\n", choices.ngrams, choices.ngrams_why);
  if (const Index kernel_size = std::min(choices.kernel_size, 2 * survey.longest - 1); kernel_size > 1)
    text += fmt::format(
        "\n[layer.input_projection]\nkernel_size = {}  # a row is read with its neighbors: short stretches "
        "tell classes apart\n",
        kernel_size);
  return text;
}

namespace {

/// Where the line of a key is, or would be: in its section, of which it has the header.
struct KeyLine {
  std::string header, name;
  std::size_t begin, end;  // of the section; npos: there is none
  std::size_t line;        // npos: there is none
};

KeyLine find_key(const std::string& text, const std::string& key) {
  const std::size_t dot = key.rfind('.');
  KeyLine found{dot == key.npos ? "" : "[" + key.substr(0, dot) + "]\n", key.substr(dot + 1), text.npos,
                text.npos, text.npos};
  const std::size_t begin = text.find("\n" + found.header);
  if (begin == text.npos) return found;
  found.begin = begin + 1 + found.header.size();
  found.end = std::min(text.find("\n[", found.begin - 1), text.size());
  const std::size_t old = text.find("\n" + found.name + " = ", found.begin - 1);
  if (old < found.end) found.line = old + 1;
  return found;
}

/// With the line `name = value` in its section, in place of one that is there.
std::string with_key(const std::string& text, const std::string& key, const std::string& value) {
  const KeyLine found = find_key(text, key);
  const std::string line = fmt::format("{} = {}\n", found.name, value);
  if (found.begin == text.npos) return text + "\n" + found.header + line;
  if (found.line != text.npos)
    return text.substr(0, found.line) + line + text.substr(text.find('\n', found.line) + 1);
  const std::size_t begin =
      found.header.empty() ? std::min(found.end + 1, text.size()) : found.begin;  // below the comments
  return text.substr(0, begin) + line + text.substr(begin);
}

/// With a component in one line, as `wanted` has it: its type, or a table of what differs from its defaults.
std::string with_component(const std::string& text, const std::string& name, const std::string& key,
                           const Config& wanted, std::span<const ComponentSchema> components) {
  const std::string type = value_of(wanted, key), plain = with_key(text, key, type);
  std::string options;
  for (const ConfigChange& change : compare_configs(parse_config(plain, name, {}, components), wanted))
    if (change.key.starts_with(key + "."))
      options += fmt::format(", {} = {}", change.key.substr(key.size() + 1), change.after);
  return options.empty() ? plain : with_key(text, key, fmt::format("{{type = {}{}}}", type, options));
}

}  // namespace

std::string with_settings(std::string text, const std::string& name, std::span<const std::string> settings,
                          std::span<const ComponentSchema> components) {
  const Config wanted = parse_config(text, name, settings, components);
  try {
    for (const ConfigChange& change : compare_configs(parse_config(text, name, {}, components), wanted)) {
      const std::string parent = change.key.substr(0, change.key.rfind('.'));
      text = find_key(text, parent).line == text.npos
                 ? with_key(text, change.key, change.after)
                 : with_component(text, name, parent, wanted, components);
    }
    if (compare_configs(parse_config(text, name, {}, components), wanted).empty()) return text;
  } catch (const Error&) {  // the setting is of a component that the text has in another form
  }
  throw usage_error(
      fmt::format("{}: these settings need another form than the config gets: leave them out, and "
                  "change the config that init writes",
                  fmt::join(settings, " ")));
}

}  // namespace orochi
