#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <numeric>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/checks.hpp"
#include "data/dataset.hpp"
#include "data/input_encoder.hpp"
#include "data/normalise.hpp"
#include "data/raw.hpp"
#include "data/split.hpp"

namespace orochi {
namespace {

/// A file with the class of each of its sequences.
struct LabelledFile {
  RawSplit raw;
  std::vector<std::int32_t> classes;  // [sequences of raw]
};

std::optional<std::int64_t> as_integer(const std::string& label) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), number);
  if (error != std::errc() || end != label.data() + label.size()) return std::nullopt;
  return number;
}

/// The distinct labels: by value if all are integers, else by their bytes.
std::vector<std::string> sorted_labels(const RawSplit& raw) {
  std::vector<std::string> labels = raw.labels;
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  const bool all_integers =
      std::all_of(labels.begin(), labels.end(), [](const std::string& label) { return as_integer(label); });
  if (all_integers) {
    std::stable_sort(labels.begin(), labels.end(), [](const std::string& a, const std::string& b) {
      return *as_integer(a) < *as_integer(b);
    });
  }
  return labels;
}

/// Finds the class of each sequence; a label that training never saw and another width are mistakes.
void find_classes(LabelledFile& file, const Preprocessing& preprocessing, Mistakes& mistakes) {
  std::unordered_map<std::string_view, std::int32_t> classes;
  for (const std::string& label : preprocessing.labels)
    classes.emplace(label, static_cast<std::int32_t>(classes.size()));
  const RawSplit& raw = file.raw;
  for (std::size_t i = 0; i < raw.labels.size(); ++i) {
    const auto found = classes.find(raw.labels[i]);
    if (found != classes.end()) {
      file.classes.push_back(found->second);
      continue;
    }
    const auto sequence = static_cast<Index>(i);
    const bool has_lines = !raw.lines.empty();
    const bool is_shown = has_lines ? mistakes.shows_line(raw.lines[i]) : mistakes.shows_sequence(sequence);
    const std::string what =
        !is_shown
            ? ""
            : fmt::format("label {} does not occur in the training data, which has {}; correct or remove it",
                          quote(raw.labels[i]), quote_list(preprocessing.labels));
    if (has_lines) {
      mistakes.add_line(raw.lines[i], what);
    } else {
      mistakes.add_sequence(sequence, what);
    }
  }
  if (raw.channels != preprocessing.channels) {
    mistakes.add(fmt::format("{}, but the training data has {}; expected as many",
                             counted(raw.channels, "channel"), preprocessing.channels));
  }
}

Part whole_file(const std::string& name, const LabelledFile& file) {
  Part part{name, &file.raw, file.classes, std::vector<std::uint32_t>(file.raw.labels.size())};
  std::iota(part.rows.begin(), part.rows.end(), 0u);
  return part;
}

std::vector<Part> split_train_file(const LabelledFile& file, const DataConfig& config,
                                   const Preprocessing& preprocessing, std::uint64_t seed,
                                   std::vector<std::string>& notes) {
  TrainValidation split = stratified_split(file.classes, static_cast<Index>(preprocessing.labels.size()),
                                           config.validation_fraction, seed);
  if (split.validation.empty() && config.validation_fraction > 0) {
    throw usage_error(
        fmt::format("{}: no label has two sequences, so data.validation_fraction = {} leaves the "
                    "validation set empty; name a data.validation file, or set the fraction to 0",
                    file.raw.path, config.validation_fraction));
  }
  Part train{"train", &file.raw, file.classes, std::move(split.train)};
  Part validation{"validation", &file.raw, file.classes, std::move(split.validation)};
  if (config.validation_fraction > 0)
    note_labels_not_validated(train, validation, preprocessing.labels, config.validation_fraction, notes);
  return {std::move(train), std::move(validation)};
}

/// The rows of a part, cut at max_length: numbers as they are, texts as token ids by `encoder`.
Sequences take_rows(const Part& part, Index max_length, InputEncoder& encoder,
                    std::vector<std::string>& notes) {
  const RawSplit& raw = *part.raw;
  Sequences sequences;
  sequences.channels = raw.channels;
  Lengths lengths;
  for (const std::uint32_t i : part.rows) {
    Index full_length = 0;
    if (raw.channels == 0) {
      full_length = encoder.append_tokens(raw.texts[i], sequences.tokens);
    } else {
      full_length = raw.offsets[i + 1] - raw.offsets[i];
      const auto first = raw.values.begin() + raw.offsets[i] * raw.channels;
      sequences.values.insert(sequences.values.end(), first,
                              first + std::min(full_length, max_length) * raw.channels);
    }
    lengths.count(full_length, max_length);
    sequences.offsets.push_back(lengths.rows);
    sequences.labels.push_back(part.classes[i]);
  }
  if (!part.rows.empty()) note_lengths(part.name, lengths, max_length, notes);
  return sequences;
}

void fit_vocabulary(const Part& train, const DataConfig& config, Preprocessing& preprocessing) {
  std::vector<std::string_view> texts;
  for (const std::uint32_t i : train.rows) texts.push_back(train.raw->texts[i]);
  preprocessing.vocabulary = make_vocabulary(config, texts);
  if (preprocessing.vocabulary.size() == 1) {
    throw usage_error(
        fmt::format("{}: the vocabulary is empty with data.min_count = {} and data.vocab_size = {}; "
                    "lower the one or raise the other (tokens of more than {} bytes never enter it)",
                    train.raw->path, config.min_count, config.vocab_size, longest_token));
  }
}

std::vector<LabelledFile> read_files(const DataConfig& config, const std::vector<std::string>& paths,
                                     std::vector<Mistakes>& mistakes) {
  std::vector<LabelledFile> files;
  for (const std::string& path : paths) {
    mistakes.emplace_back(path);
    files.push_back({read_raw(config, mistakes.back()), {}});
  }
  throw_if_any(mistakes);
  return files;
}

/// "3 labels, a vocabulary of 9 tokens" or "10 labels, 28 channels"
void note_inputs(const Preprocessing& preprocessing, std::vector<std::string>& notes) {
  const std::string labels = counted(static_cast<Index>(preprocessing.labels.size()), "label");
  const auto tokens = static_cast<Index>(preprocessing.vocabulary.size());
  notes.push_back(preprocessing.channels == 0
                      ? fmt::format("{}, a vocabulary of {}", labels, counted(tokens, "token"))
                      : fmt::format("{}, {}", labels, counted(preprocessing.channels, "channel")));
}

/// Where the sequences of train stand, for who has to name one later.
void keep_places(const Part& train, LoadedData& data) {
  data.train_path = train.raw->path;
  data.train_has_lines = !train.raw->lines.empty();
  for (const std::uint32_t row : train.rows)
    data.train_places.push_back(data.train_has_lines ? train.raw->lines[row] : static_cast<Index>(row));
}

/// Encodes all parts with what the first of them, train, teaches.
void encode_parts(const std::vector<Part>& parts, const DataConfig& config, LoadedData& data) {
  Preprocessing& preprocessing = data.preprocessing;
  if (is_text(config)) fit_vocabulary(parts.front(), config, preprocessing);
  InputEncoder encoder(config, preprocessing);
  const std::array<Sequences*, 3> targets{&data.train, &data.validation, &data.test};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    *targets[p] = take_rows(parts[p], config.max_length, encoder, data.notes);
    if (is_text(config)) continue;
    if (p == 0) fit_normalisation(data.train, config.normalize, preprocessing);
    normalise(targets[p]->values, preprocessing.mean, preprocessing.deviation);
  }
}

}  // namespace

LoadedData load_data(const DataConfig& config, const std::string& folder, std::uint64_t seed) {
  const std::filesystem::path base = folder;
  const bool has_validation_file = !config.validation.empty();
  std::vector<std::string> paths{(base / config.train).string()};
  if (has_validation_file) paths.push_back((base / config.validation).string());
  if (!config.test.empty()) paths.push_back((base / config.test).string());
  std::vector<Mistakes> mistakes;
  std::vector<LabelledFile> files = read_files(config, paths, mistakes);

  LoadedData data;
  data.preprocessing.labels = sorted_labels(files.front().raw);
  data.preprocessing.channels = files.front().raw.channels;
  if (data.preprocessing.labels.size() == 1) {
    mistakes.front().add(fmt::format("every sequence has the label {}; a classifier needs two labels or more",
                                     quote(data.preprocessing.labels.front())));
  }
  for (std::size_t f = 0; f < files.size(); ++f) find_classes(files[f], data.preprocessing, mistakes[f]);
  throw_if_any(mistakes);

  std::vector<Part> parts;
  if (has_validation_file) {
    parts = {whole_file("train", files[0]), whole_file("validation", files[1])};
  } else {
    parts = split_train_file(files[0], config, data.preprocessing, seed, data.notes);
  }
  if (!config.test.empty()) parts.push_back(whole_file("test", files.back()));
  keep_places(parts.front(), data);
  encode_parts(parts, config, data);
  note_inputs(data.preprocessing, data.notes);
  note_shared_content(parts, data.notes);
  return data;
}

std::string LoadedData::train_place(std::uint32_t sample) const {
  const Index place = train_places[sample];
  return train_has_lines ? fmt::format("{}:{}", train_path, place)
                         : fmt::format("{}: sequence {}", train_path, place);
}

Sequences load_split(const DataConfig& config, const Preprocessing& preprocessing, const std::string& path,
                     std::vector<std::string>& notes) {
  std::vector<Mistakes> mistakes;
  std::vector<LabelledFile> files = read_files(config, {path}, mistakes);
  find_classes(files.front(), preprocessing, mistakes.front());
  throw_if_any(mistakes);
  const Part part = whole_file(std::filesystem::path(path).filename().string(), files.front());
  InputEncoder encoder(config, preprocessing);
  Sequences sequences = take_rows(part, config.max_length, encoder, notes);
  if (!is_text(config)) normalise(sequences.values, preprocessing.mean, preprocessing.deviation);
  note_shared_content({&part, 1}, notes);
  return sequences;
}

}  // namespace orochi
