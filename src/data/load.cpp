#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/in_table.hpp"
#include "data/checks.hpp"
#include "data/column_checks.hpp"
#include "data/fit.hpp"
#include "data/input_encoder.hpp"
#include "data/inputs.hpp"
#include "data/located.hpp"
#include "data/normalize.hpp"
#include "data/parts.hpp"
#include "data/raw_files.hpp"
#include "data/take_rows.hpp"
#include "data/target_file.hpp"
#include "data/unknown_tokens.hpp"
#include "data/whole_data.hpp"

namespace orochi {
namespace {

/// The target of a sequence of `rows` rows, some of which are kept.
void take_target(const TargetFile& file, std::size_t i, const Targets& targets, Index rows, KeptRows kept,
                 Sequences& sequences, FileErrors& errors) {
  std::span<const double> target = file.target(i);
  if (targets.are_in_file() && targets.level() == Level::row) {
    const Index width = targets.target_width(), found = std::ssize(target) / width;
    if (found != rows)
      return add_at(file.raw, i, errors, [&] {
        return fmt::format("{} for {}; expected a label a row", counted(found, "label"),
                           counted(rows, "row"));
      });
    append_kept(target, width, kept, sequences.targets);
  } else {
    sequences.targets.insert(sequences.targets.end(), target.begin(), target.end());
  }
  if (file.raw.weights.empty()) return;
  const std::size_t items = targets.level() == Level::row ? as_size(kept.all()) : 1;
  sequences.weights.insert(sequences.weights.end(), items, static_cast<float>(file.raw.weights[i]));
}

/// The rows of a part, with its targets.
Sequences take_part(const Part& part, const Targets& targets, const DataConfig& config,
                    const InputEncoder& encoder, std::vector<std::string>& notes,
                    const EncodedTexts* encoded = nullptr) {
  const TargetFile& file = *part.file;
  std::vector<FileErrors> errors{FileErrors(file.raw.paths())};
  const auto target = [&](std::uint32_t i, Index rows, Sequences& sequences) {
    take_target(file, i, targets, rows, encoder.kept(rows), sequences, errors.front());
  };
  Sequences sequences = take_rows(file.raw, part.rows, part.name, config, encoder, notes, target, encoded);
  sequences.target_width = targets.target_width();
  throw_if_any(errors);
  return sequences;
}

std::vector<TargetFile> read_files(const DataConfig& config, const Readers& readers, const Targets& targets,
                                   const std::vector<Paths>& splits, PathFrom from,
                                   std::vector<FileErrors>& errors) {
  std::vector<TargetFile> files;
  for (const Paths& paths : splits) {
    errors.emplace_back(paths.files, from);
    if (FileErrors& first = errors.front().of_file(0); errors.size() > 1 && first.empty())
      errors.back().read_beside(first.path());
    files.emplace_back(read_raw_files(config, readers, targets, errors.back()));
  }
  throw_if_any(errors);
  return files;
}

/// "3 labels, a vocabulary of 9 tokens" or "10 labels, 28 channels"
void note_inputs(const Preprocessing& preprocessing, const std::string& labels,
                 std::vector<std::string>& notes) {
  notes.push_back(
      preprocessing.channels == 0
          ? fmt::format("{}, a vocabulary of {}", labels, counted(preprocessing.vocabulary_size(), "token"))
          : fmt::format("{}, {}", labels, counted(preprocessing.channels, "channel")));
}

void note_missing(std::span<const TargetFile> files, const DataConfig& config,
                  std::vector<std::string>& notes) {
  MissingCount all;
  for (const TargetFile& file : files) all += file.raw.missing;
  note_missing(all, missing_choice.value(config.missing), notes);
}

/// Where the sequences of train are, for who has to name one later.
void keep_locations(const Part& train, LoadedData& data) {
  const RawSplit& raw = train.file->raw;
  data.train_path = raw.path;
  data.train_locations = Column<Index>(raw.storage());
  data.train_has_lines = !raw.lines.empty();
  for (const SourceFile& source : raw.sources) {
    const auto first = std::lower_bound(train.rows.begin(), train.rows.end(), source.first);
    data.train_sources.push_back({source.path, first - train.rows.begin()});
  }
  for (const std::uint32_t row : train.rows) {
    const Index first = raw.sources.empty() ? 0 : raw.sources[raw.source_of(row)].first;
    data.train_locations.push_back(data.train_has_lines ? raw.lines[row] : Index{row} - first);
  }
}

/// The texts of the parts: train, perhaps validation, perhaps test.
void take_texts(const std::vector<Part>& parts, SplitTexts& texts) {
  const std::array<TextColumn*, 3> splits{&texts.train, &texts.validation, &texts.test};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Part& part = parts[p];
    TextColumn& own = *splits[p];
    const RawSplit& raw = part.file->raw;
    own = TextColumn(raw.storage());
    if (raw.channels > 0) continue;
    for (const std::uint32_t row : part.rows)
      for (const std::string_view text : raw.texts_of(row)) own.push_back(text);
  }
}

/// Encodes all parts with what the first of them, train, teaches, or with what was learned before.
void encode_parts(const std::vector<Part>& parts, const DataConfig& config, const std::string& folder,
                  const Tokenizers& tokenizers, Targets& targets, const DataStart* start, LoadedData& data) {
  Preprocessing& preprocessing = data.preprocessing;
  std::optional<EncodedTexts> encoded;
  if (start != nullptr)
    extend_tokenizer(parts.front(), config, tokenizers, *start, preprocessing, data.notes);
  else if (preprocessing.channels == 0 && preprocessing.tokenizer == nullptr)
    encoded = fit_tokenizer(parts.front(), config, folder, tokenizers, preprocessing);
  else if (preprocessing.channels > 0)
    fit_missing(parts.front(), config, preprocessing);
  InputEncoder encoder(config, preprocessing);
  const std::array<Sequences*, 3> splits{&data.train, &data.validation, &data.test};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    *splits[p] = take_part(parts[p], targets, config, encoder, data.notes, encoded ? &*encoded : nullptr);
    encoded.reset();
    if (p == 0) fit_split(data.train.targets, start, targets);
    if (preprocessing.channels == 0) continue;
    if (p == 0 && start == nullptr) fit_normalization(data.train, config.normalize, preprocessing);
    if (config.missing_indicator) preprocessing.mean.back() = 0, preprocessing.deviation.back() = 1;
    normalize(splits[p]->values, preprocessing.mean, preprocessing.deviation);
  }
}

}  // namespace

LoadedData load_whole_data(const DataConfig& config, const std::string& folder, std::uint64_t seed,
                           const Readers& readers, const Tokenizers& tokenizers, Targets& targets,
                           const DataStart* start, std::shared_ptr<const Tokenizer> tokenizer,
                           SplitTexts* texts) {
  const std::filesystem::path base = folder;
  const bool has_validation_file = !config.validation.empty();
  std::vector<std::string> train;
  for (const std::string& path : config.train.files) train.push_back((base / path).string());
  std::vector<Paths> paths{train};
  if (has_validation_file) paths.emplace_back((base / config.validation).string());
  if (!config.test.empty()) paths.emplace_back((base / config.test).string());
  std::vector<FileErrors> errors;
  std::vector<TargetFile> files = read_files(config, readers, targets, paths, PathFrom::config, errors);

  LoadedData data;
  if (const ReaderEntry* reader = readers.find(config.format.type); reader != nullptr)
    for (std::size_t f = 0; f < files.size(); ++f) {
      std::vector<std::string> unused;  // of other files than train
      check_columns(files[f].raw, targets, *reader, errors[f], f == 0 ? data.notes : unused,
                    start == nullptr && f == 0);
    }
  throw_if_any(errors);
  const bool has_row_labels = targets.level() == Level::row && targets.are_in_file();
  if (config.special_tokens && has_row_labels)
    throw OptionError("data.special_tokens",
                      "data.special_tokens is true, but the task has a label a row, and these rows have "
                      "none; set it to false");
  if (start != nullptr) data.preprocessing = start->learned;
  if (tokenizer != nullptr && files.front().raw.channels > 0)
    throw OptionError("model.init_from",
                      fmt::format("model.init_from names an encoder of texts, but {} holds numbers; leave it "
                                  "out, or name one that was trained on numbers",
                                  files.front().raw.path));
  const bool learns = tokenizer == nullptr;
  if (!learns) data.preprocessing.tokenizer = std::move(tokenizer);
  if (start == nullptr) data.preprocessing.channels = files.front().raw.channels;
  if (start == nullptr) data.preprocessing.texts = files.front().raw.num_texts;
  if (data.preprocessing.texts > 1 && has_row_labels)
    errors.front().add("several texts a record, but the task has a label a row; expected one text");
  if (start == nullptr)
    fit_targets(files.front().raw, targets, errors.front());
  else
    extend_labels(files.front().raw, *start, targets, errors.front(), data.notes);
  for (std::size_t f = 0; f < files.size(); ++f)
    parse_targets(files[f], targets, data.preprocessing, errors[f]);
  for (std::size_t f = 1; f < files.size(); ++f)
    refuse_shared_groups(files.front().raw, files[f].raw, errors[f]);
  throw_if_any(errors);

  const std::vector<Part> parts = parts_of(files, config, targets, seed, data.notes);
  keep_locations(parts.front(), data);
  encode_parts(parts, config, folder, tokenizers, targets, start, data);
  in_table("task", [&] { targets.prepare(data.preprocessing); });
  if (start != nullptr && !start->adds_tokens && data.preprocessing.channels == 0)
    if (const std::string note = unknown_note(data.train, start->learned); !note.empty())
      data.notes.push_back(note + " --add-tokens adds their tokens to the vocabulary");
  if (data.preprocessing.channels == 0 && data.validation.size() > 0)
    data.preprocessing.unknown_share = unknown_share(data.validation, *data.preprocessing.tokenizer);
  note_inputs(data.preprocessing, targets.summary(), data.notes);
  if (start == nullptr && data.preprocessing.channels == 0)
    if (std::string note =
            unknown_shares_note(data, learns ? tokenizers.find(config.tokenizer.type) : nullptr);
        !note.empty())
      data.notes.push_back(std::move(note));
  note_weights_and_groups(files.front().raw, data.notes);
  note_missing(files, config, data.notes);
  if (data.preprocessing.channels == 0) note_tokens(data, files.front().raw, config, tokenizers, data.notes);
  note_shared_content(parts, data.notes);
  if (texts != nullptr) take_texts(parts, *texts);
  return data;
}

LocatedFile load_located(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                         const Targets& targets, const Paths& paths, std::vector<std::string>& notes) {
  std::vector<FileErrors> errors;
  std::vector<TargetFile> files =
      read_files(config, readers, targets, {paths}, PathFrom::command_line, errors);
  if (const ReaderEntry* reader = readers.find(config.format.type); reader != nullptr)
    check_columns(files.front().raw, targets, *reader, errors.front(), notes, false);
  throw_if_any(errors);
  parse_targets(files.front(), targets, preprocessing, errors.front());
  throw_if_any(errors);
  std::vector<std::string> names;
  for (const std::string& path : paths.files)
    names.push_back(std::filesystem::path(path).filename().string());
  const Part part = whole_file(name_of_all(names), files.front());
  InputEncoder encoder(config, preprocessing);
  Sequences sequences = take_part(part, targets, config, encoder, notes);
  if (preprocessing.channels > 0) normalize(sequences.values, preprocessing.mean, preprocessing.deviation);
  note_missing(files, config, notes);
  if (preprocessing.channels == 0)
    if (std::string note = unknown_note(sequences, preprocessing); !note.empty())
      notes.push_back(std::move(note));
  note_shared_content({&part, 1}, notes);
  RawSplit& raw = files.front().raw;
  RawSplit places;
  places.path = raw.path, places.sources = std::move(raw.sources), places.lines = std::move(raw.lines);
  return {{std::move(sequences), std::move(raw.texts), std::move(raw.groups)}, std::move(places)};
}

LoadedFile load_file(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                     const Targets& targets, const Paths& paths, std::vector<std::string>& notes) {
  return load_located(config, readers, preprocessing, targets, paths, notes).file;
}

}  // namespace orochi
