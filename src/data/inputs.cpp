#include "data/inputs.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/column_checks.hpp"
#include "data/data_file.hpp"
#include "data/label_form.hpp"
#include "data/missing.hpp"
#include "data/normalize.hpp"
#include "data/number_table.hpp"
#include "data/readers/csv_parser.hpp"
#include "data/readers/words.hpp"
#include "data/sniff.hpp"
#include "data/take_rows.hpp"
#include "data/target_file.hpp"
#include "data/text_file.hpp"
#include "data/unknown_tokens.hpp"

namespace orochi {
namespace {

/// Any text is a target, and none is asked for.
class AnyTargets : public Targets {
 public:
  std::string check(std::string_view) const override { return {}; }
  void fit(std::span<const std::string>) override {}
  void parse(std::string_view, std::vector<double>&) const override {}
  std::string text(std::span<const double>) const override { return {}; }
  void save(State&) const override {}
  void load(const State&) override {}
  std::string summary() const override { return "no labels"; }
  bool are_numbers() const override { return true; }  // a .ts file need name no classes
};

}  // namespace

Inputs load_inputs(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                   const std::string& path, bool keeps_fields, bool skips_bad,
                   std::vector<std::string>& notes) {
  std::vector<FileErrors> errors{FileErrors(path, PathFrom::command_line)};
  const AnyTargets targets;
  Skipped skipped;
  RawSplit raw = read_raw(config, readers, targets, errors.front(),
                          {false, keeps_fields, skips_bad ? &skipped : nullptr});
  if (errors.front().empty())
    check_shape(raw, "the training data", preprocessing.channels, preprocessing.texts, errors.front());
  if (errors.front().empty())
    check_columns(raw, targets, *readers.find(config.format.type), errors.front(), notes, false);
  throw_if_any(errors);
  notes.insert(notes.end(), skipped.named.begin(), skipped.named.end());
  if (skipped.count > 0)
    notes.push_back(
        fmt::format("{} with an error left out{}", counted(skipped.count, "record"),
                    skipped.count > std::ssize(skipped.named) ? "; above are the first errors" : ""));
  if (keeps_fields && raw.fields.front().empty())
    throw usage_error(fmt::format("{}: data.format = \"{}\" has no columns to keep; csv, tsv and jsonl have",
                                  path, config.format.type));
  note_missing(raw.missing, missing_choice.value(config.missing), notes);
  std::vector<std::uint32_t> all(raw.targets.size());
  std::iota(all.begin(), all.end(), 0u);
  Sequences sequences = take_rows(raw, all, std::filesystem::path(path).filename().string(), config,
                                  InputEncoder(config, preprocessing), notes);
  if (raw.channels > 0) normalize(sequences.values, preprocessing.mean, preprocessing.deviation);
  RawSplit places;
  places.path = raw.path, places.lines = std::move(raw.lines), places.targets = std::move(raw.targets);
  return {std::move(sequences), std::move(raw.field_names), std::move(raw.fields), std::move(places)};
}

namespace {

bool knows_one_of(const std::vector<std::string>& labels, std::string_view target, char separator) {
  return std::ranges::any_of(labels_in(trim(target), separator), [&](std::string_view label) {
    return std::ranges::find(labels, label) != labels.end();
  });
}

}  // namespace

void check_labels_by_place(const Inputs& inputs, const DataConfig& config, const Readers& readers,
                           const Targets& targets, std::vector<std::string>& notes) {
  const std::vector<std::string> labels = targets.strata_names();
  if (labels.empty() || targets.are_numbers() || targets.level() != Level::sequence ||
      !readers.make(config.format)->has_label_by_place())
    return;
  constexpr Index several = 3;
  std::vector<Index> unknown;
  Index known = 0;
  for (Index i = 0; i < inputs.places.size(); ++i) {
    const std::string& read = inputs.places.targets[as_size(i)];
    if (trim(read).empty() || trim(read) == "?") continue;
    if (knows_one_of(labels, read, targets.separator()))
      ++known;
    else
      unknown.push_back(i);
  }
  if (unknown.empty()) return;
  const std::string place = inputs.places.location(unknown.front()),
                    label = quote(inputs.places.targets[as_size(unknown.front())]);
  if (known == 0)
    throw usage_error(fmt::format(
        "{}: error: {} was read as a label, but neither this nor any other record has a label of "
        "the model, which are {}; write each record's label in its place, or ? where it is not known",
        place, label, quote_list(labels)));
  if (unknown.size() == 1 && unknown.front() == 0 && known >= several)
    notes.push_back(
        fmt::format("{}: {} is no label of the model, while all others are: if the line is a header, "
                    "remove it, as it has got an answer, too",
                    place, label));
}

namespace {

/// Of files that are no lines of texts at all; a list and a series may also begin a text.
bool are_no_lines(const Sniffed& found, std::string_view beginning) {
  if (found.layout == Layout::series) return beginning.find('\t') != beginning.npos;
  if (found.layout != Layout::one_list) return found.layout == Layout::other && !found.description.empty();
  const std::size_t inside = beginning.find_first_not_of(" \t", beginning.find_first_of("[{") + 1);
  return inside != beginning.npos && std::string_view("{[\"\r\n").find(beginning[inside]) != beginning.npos;
}

/// What to do about a file of another format than the model's.
std::string remedy(const Sniffed& found, const Readers& readers, Index channels) {
  if (found.layout == Layout::one_list || readers.find(found.format) == nullptr) return found.advice;
  if (channels == 0 && (found.is_of_numbers || !readers.make({found.format, {}})->is_text()))
    return "it holds numbers, but the model was trained on texts";
  return fmt::format("add {} behind the file's name", override_for(found));
}

/// A tab may also be between the texts of a pair, and a comma in any text.
bool holds_more_than_texts(const Sniffed& found, const std::string& by_name,
                           const Preprocessing& preprocessing) {
  const bool has_tabbed_header = found.delimiter == '\t' && !found.is_by_tabs_alone;
  if (found.layout == Layout::table && (found.format == by_name || has_tabbed_header)) return true;
  return found.layout == Layout::objects || found.layout == Layout::label_marks ||
         (found.layout == Layout::label_tab_text && preprocessing.texts == 1);
}

/// Columns of numbers under a header, or beside names of classes.
bool are_records_with_words(const Sniffed& found, std::string_view beginning) {
  CsvRecord first;
  return found.is_of_numbers && CsvParser(beginning, found.delimiter, true).next(first) &&
         !std::ranges::all_of(first.fields, [](std::string_view field) {
           return is_missing_number(field) || is_table_number(trim(field));
         });
}

/// Throws a usage_error for lines, which are to be a text or a case each, that all begin with a label.
void refuse_labels_in_front(const Reader& reader, const Readers& readers, const Preprocessing& preprocessing,
                            const Targets& targets, const std::string& path, std::string_view beginning) {
  const std::vector<std::string> labels = targets.strata_names();
  std::set<std::string_view> found;
  Index lines = 0;
  while (beginning.find('\n') != beginning.npos) {
    const std::string_view line = take_line(beginning), label = label_in_front(reader, preprocessing, line);
    if (trim(line).empty()) continue;
    // A series of whole numbers may begin with any of them.
    const std::string_view next = label_in_front(reader, preprocessing, line.substr(label.size() + 1));
    if (std::ranges::find(labels, label) == labels.end() || std::ranges::find(labels, next) != labels.end())
      return;
    found.insert(label), ++lines;
  }
  if (found.size() < 2) return;
  throw usage_error(fmt::format(
      "{}: error: each of its {} begins with a label of the model, as {} does, which would be read as a {}; "
      "leave the labels out{}",
      path, counted(lines, "line"), quote(*found.begin()), preprocessing.channels > 0 ? "value" : "text",
      preprocessing.channels > 0 && readers.find("ucr") != nullptr
          ? ", or add 'data.format={type = \"ucr\", delimiter = \",\"}' behind the file's name"
          : ""));
}

}  // namespace

std::string_view label_in_front(const Reader& reader, const Preprocessing& preprocessing,
                                std::string_view line) {
  if (preprocessing.channels == 0)
    if (const std::string_view label = reader.label_of(line); !label.empty()) return label;
  const std::size_t end = line.find(preprocessing.channels > 0 ? ',' : '\t');
  return end == line.npos ? "" : trim(line.substr(0, end));
}

bool is_data_file(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                  const Targets* targets, const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) return false;
  TextFile file(Encoding::utf8);
  file.read_beginning(path);
  const std::string_view beginning = file.bytes();
  const Sniffed found = sniff(beginning);
  if (found.is_config)
    throw usage_error(fmt::format("{}: error: looks like {}; {}", path, found.description, found.advice));
  const std::string by_name = format_of_name(path);
  // Whatever its columns are called: their names would be read as a text.
  const std::unique_ptr<Reader> reader = readers.make(config.format);
  const bool has_columns = by_name == config.format.type && reader->names_columns();
  const bool looks_own = found.format == config.format.type && !found.is_by_tabs_alone;
  // A header above lines of the model's format is of them: read so, it is told from a record.
  std::string_view rest = beginning;
  const bool is_under_header =
      found.layout == Layout::table && !found.is_by_tabs_alone && !reader->label_of(take_line(rest)).empty();
  if (looks_own || is_under_header || found.is_no_text || has_bare_returns(beginning) || has_columns ||
      reader->recognizes(beginning))
    return true;
  const bool are_other = preprocessing.channels > 0 ? are_records_with_words(found, beginning)
                                                    : holds_more_than_texts(found, by_name, preprocessing) ||
                                                          are_no_lines(found, beginning);
  if (are_other)
    throw usage_error(fmt::format(
        "{}: error: looks like {}, but the model reads data.format = \"{}\", or lines of "
        "one {} each; {}",
        path, found.description, config.format.type, preprocessing.channels > 0 ? "series" : "text",
        remedy(found, readers, preprocessing.channels)));
  if (targets != nullptr) refuse_labels_in_front(*reader, readers, preprocessing, *targets, path, beginning);
  return false;
}

std::string unknown_shares_note(const LoadedData& data, const TokenizerEntry* entry) {
  std::string text;
  double most = 0;
  const auto add = [&](const char* split, const Sequences& sequences) {
    if (sequences.size() == 0) return;
    const double share = unknown_share(sequences, *data.preprocessing.tokenizer);
    text += fmt::format("{}{:.1f} % of {}'s", text.empty() ? "" : ", ", 100 * share, split);
    most = std::max(most, share);
  };
  add("train", data.train);
  add("validation", data.validation);
  add("test", data.test);
  if (most == 0) return "";
  text = "unknown tokens: " + text;
  const bool counts = entry != nullptr && std::ranges::count(entry->options, "min_count", &Option::name) > 0;
  if (!counts || unknown_share(data.train, *data.preprocessing.tokenizer) > 0) return text;
  return text +
         "; no training text has one, so the model does not learn what to make of them; "
         "data.tokenizer.min_count = 2 makes rare tokens unknown";
}

}  // namespace orochi
