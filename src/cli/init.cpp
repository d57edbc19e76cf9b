// orochi init: a config for a file of data.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "cli/data_survey.hpp"
#include "cli/recipe.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/column_checks.hpp"
#include "data/column_names.hpp"
#include "data/file_errors.hpp"
#include "data/guess.hpp"
#include "data/guess_numbers.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"
#include "io/toml.hpp"
#include "io/whole_file.hpp"
#include "run/run_setup.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Whether the targets may be the numbers of the records: whole, and no two the same.
bool may_number_records(const ReadData& read) {
  std::set<double> seen;
  for (const Sequences* part : {&read.data.train, &read.data.validation})
    for (Index i = 0; i < part->size(); ++i) {
      const std::span<const double> target = part->target(i);
      if (target.size() != 1 || target[0] != std::floor(target[0]) || !seen.insert(target[0]).second)
        return false;
    }
  return read.task->are_numbers();
}

DataKind kind_of(const ReadData& read, const std::string& config, std::vector<std::string> settings,
                 const Extensions& extensions, std::vector<SurveyedRecord>& records) {
  if (read.data.preprocessing.channels > 0) return DataKind::series;
  const auto kind_of_letters = [&] {
    return length_at(records, 0) == length_at(records, 1) ? DataKind::places : DataKind::letters;
  };
  if (read.data.preprocessing.tokenizer->joins_without_blanks()) return kind_of_letters();  // by the settings
  if (!are_single_words(read)) return DataKind::words;
  settings.push_back(fmt::format("data.tokenizer={}", tokenizer_of_letters));
  records = read_data(config, "the config", settings, extensions).records;
  return kind_of_letters();
}

/// What can be read only with missing values filled is read so.
ReadData read_and_fill(Guess& guess, std::vector<std::string>& settings, bool& misses_values,
                       const Extensions& extensions) {
  std::optional<Error> failed;
  try {
    return read_by_guess(guess, "the config", settings, extensions);
  } catch (const Error& error) {
    failed = error;
  }
  try {
    settings.emplace_back("data.missing=interpolate");
    ReadData read = read_by_guess(guess, "the config", settings, extensions);
    misses_values = true;
    return read;
  } catch (const Error&) {
    throw *failed;
  }
}

/// Refuses a test file that training by this config could not read as it reads the other one; notes what
/// training would of it. `path`: of the other one.
void check_test(Config config, const Guess& guess, const std::string& path, const std::string& test,
                const Extensions& extensions) {
  if (!fs::is_regular_file(test)) throw usage_error("--test " + test + ": there is no such file");
  config.data.train.files = {path};
  config.data.test = test;
  config.data.text_features = 0;  // which take long, and no note is of them
  config.data.text_places = false;
  const std::unique_ptr<Task> task = extensions.tasks.make(config.task);
  LoadedData both;
  try {
    both = load_data(config.data, "", config.train.seed, extensions.readers, extensions.tokenizers, *task);
  } catch (const Error& error) {
    const std::string other = guess_config(test, extensions.readers).looks_like.description;
    const bool looks_alike = other == guess.looks_like.description;
    throw usage_error(fmt::format(
        "{}\n--test {} does not fit {}: training reads both in the same way{}; correct it, or leave --test "
        "out",
        error.what(), test, path,
        looks_alike || other.empty() ? ""
                                     : fmt::format(", but it looks like {}, and the other one like {}", other,
                                                   guess.looks_like.description)));
  }
  for (const std::string& note : both.notes)
    if (note.find("test") != note.npos) std::cerr << escape(note) + "\n";
}

DataSurvey survey_of(Guess guess, std::vector<std::string> settings, const Extensions& extensions) {
  settings.insert(settings.begin(), "data.max_length=100000");
  bool misses_values = false;
  const ReadData read = read_and_fill(guess, settings, misses_values, extensions);
  std::vector<SurveyedRecord> records = read.records;
  if (may_number_records(read))
    std::cerr << fmt::format(
        "all labels are different whole numbers, such as {}: if they only number the records, they cannot be "
        "predicted; name another column with --label COLUMN{}\n",
        read.data.train.target(0).front(),
        guess.columns.empty() ? "" : "; there are: " + escape(quote_list(guess.columns)));
  for (const std::string& note : column_notes(read.config.data, extensions.readers, *read.task))
    std::cerr << escape(note) + "\n";
  if (const std::string note = uneven_note(read); !note.empty()) std::cerr << escape(note) + "\n";
  DataSurvey survey;
  survey.misses_values = misses_values;
  survey.kind = kind_of(read, guess.config, settings, extensions, records);
  survey.records = std::ssize(records);
  survey.labels = std::ssize(read.task->strata_names());
  survey.of_rows = read.task->level() == Level::row;
  constexpr Index many = 100;  // of fewer none is left out
  survey.usual_length = length_at(records, survey.records < many ? 1 : 0.98);
  survey.longest = length_at(records, 1);
  survey.median = length_at(records, 0.5);
  if (read.config.task.type != Config().task.type) survey.task = read.config.task.type;
  survey.task_name = read.config.task.type;
  if (const NumberTable& numbers = guess.number_table; numbers.numbers > 0)
    survey.columns =
        fmt::format(", {} of numbers as {}, label {}", counted(static_cast<Index>(numbers.numbers), "column"),
                    numbers.is_over_time ? "one quantity over time" : "channels of one row",
                    guess.has_header ? quote(guess.columns[numbers.label])
                                     : fmt::format("in column {}", numbers.label + 1));
  if (!guess.chosen.option.empty())
    survey.columns = fmt::format(", text {}, label {}", quote(guess.chosen.text), quote(guess.chosen.label));
  return survey;
}

/// As a config in `folder` names it.
std::string from_folder(const std::string& path, const fs::path& folder) {
  if (fs::path(path).is_absolute()) return path;
  return fs::absolute(path)
      .lexically_normal()
      .lexically_relative(fs::absolute(folder).lexically_normal())
      .string();
}

/// Of a table of numbers: what is left out, what is used that may not be a number, and how to choose
/// otherwise.
std::string number_notes(const Guess& guess, bool label_is_asked_for) {
  if (guess.number_table.numbers == 0) return "";
  const bool label_is_guess =
      !label_is_asked_for && label_name_rank(guess.columns[guess.number_table.label]) == no_label_name;
  const std::string unused = unused_columns(guess.columns, guess.number_table);
  std::vector<std::string> doubtful;
  for (std::size_t c = 0; c < guess.columns.size(); ++c)
    if (guess.number_table.is_used(c) && names_record(guess.columns[c])) doubtful.push_back(guess.columns[c]);
  std::string text;
  if (!unused.empty()) text += fmt::format("not used: {}\n", escape(unused));
  if (!doubtful.empty())
    text += fmt::format(
        "used as numbers: {}; by their names they may tell which record it is, or when it was: then take "
        "them out of number_columns in the config\n",
        escape(quote_list(doubtful)));
  if (!unused.empty() || label_is_guess)
    text += fmt::format("{}--text COLUMN reads one column as a text instead\n",
                        label_is_guess ? "the label is a guess: --label COLUMN chooses another, " : "");
  return text;
}

/// What else there was to choose from, and how.
std::string unused_note(const Guess& guess) {
  const ChosenColumns& chosen = guess.chosen;
  if (!chosen.is_guess || chosen.unused.empty()) return "";
  return escape(fmt::format(
             "the text is the longest column, the label the one {}; not used: {}; --text and "
             "--label choose others, and {} = [...] in the config takes several texts{}",
             reason_of_label(chosen), quote_list(chosen.unused), chosen.option,
             guess.looks_like.layout == Layout::table ? ", number_columns = [...] numbers" : "")) +
         "\n";
}

int call_init(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string& path = arguments.words.front();
  std::string stem = fs::path(path).filename().string();
  const std::string to = arguments.text("--out", stem.substr(0, stem.find('.', 1)) + ".toml");
  const fs::path folder = folder_of(to);
  const std::vector<std::string> settings = settings_of(std::span(arguments.words).subspan(1));
  Wishes wishes{path, arguments.text("--text"), arguments.text("--label"), "", encoding_of(settings)};
  const Guess guess = guess_config(path, extensions.readers, wishes);
  if (extensions.readers.find(guess.looks_like.format) == nullptr)
    throw usage_error(fmt::format(
        "{}: error: {}{}; `orochi check-data {}` says more", path,
        guess.looks_like.description.empty() ? "" : "looks like " + guess.looks_like.description + "; ",
        guess.looks_like.advice.empty() ? "no reader for it" : guess.looks_like.advice, shell_word(path)));
  std::error_code error;
  if (fs::exists(to, error))
    throw usage_error(
        fmt::format("{} is there already; name another file with --out FILE, or remove it", to));
  if (guess.columns.empty() && !(wishes.text + wishes.label).empty())
    throw usage_error(fmt::format(
        "{}: error: looks like {}, which has no columns that have names; leave --text and --label out", path,
        guess.looks_like.description));
  const std::string test = arguments.text("--test");
  DataSurvey survey = survey_of(guess, settings, extensions);
  wishes.named_as = from_folder(path, folder);
  survey.data = guess_config(path, extensions.readers, wishes).config;
  survey.data.erase(0, survey.data.find("[data]"));
  if (!test.empty()) survey.test = to_toml(to_value(from_folder(test, folder)));
  const std::vector<ComponentSchema> schemas = component_schemas(extensions);
  const std::string text = with_settings(recipe(survey), to, settings, schemas);
  if (!test.empty()) check_test(parse_config(text, to, {}, schemas), guess, path, test, extensions);
  write_whole_file(to, bytes_of(text));
  const std::string program = shell_word(arguments.program), config = shell_word(to);
  out.write(fmt::format(
      "{} of {} in {}{}\n{}wrote {}, with a reason at each choice\nnext:\n  {} train {}\n  {} baseline {}\n",
      survey.task_name, counted(survey.records, "record"), escape(path), escape(survey.columns),
      unused_note(guess) + number_notes(guess, !wishes.label.empty()), escape(to), program, config, program,
      config));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb init_verb() {
  Verb verb;
  verb.name = "init";
  verb.summary = "write a config for a file of data: how it is read, a model and its training";
  verb.description =
      "Looks at the file as check-data does: its format, whether it holds words, letters or numbers, labels "
      "or quantities, how many and how long. The config has a reason at each choice.";
  verb.words = {
      {"FILE", "labelled data", true, false},
      {"KEY=VALUE", "settings that take the place of what is chosen, for example data.encoding=latin-1",
       false, true}};
  verb.options = {
      {"--label", "COLUMN",
       "the column, or key, of labels (default: one that is called label, labels, class, target, y, "
       "category or sentiment, else that of the fewest different values, of numbers alone the last; example: "
       "--label stars)"},
      {"--text", "COLUMN", "the column, or key, of texts (default: the longest; example: --text review)"},
      {"--out", "FILE",
       "the config to write (default: the data's name with .toml in this folder; example: --out my.toml)"},
      {"--test", "FILE",
       "data to measure the model on, once, at the end (no default; example: --test test.csv)"}};
  verb.examples = {"init reviews.csv --test reviews-test.csv",
                   "init datasets/splice/train.tsv --out dna.toml"};
  verb.call = call_init;
  return verb;
}

}  // namespace orochi
