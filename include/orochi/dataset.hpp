// A split in memory, and what turns raw text or numbers into it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/column.hpp>
#include <orochi/config.hpp>
#include <orochi/reader.hpp>
#include <orochi/targets.hpp>
#include <orochi/tokenizer.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// B sequences with targets, as packed rows. Text fills `tokens`, numeric data fills `values`.
struct Sequences {
  Sequences(const Storage& storage = {})
      : tokens(storage),
        values(storage),
        offsets(1, 0, storage),
        targets(storage),
        weights(storage),
        segments(storage),
        features(storage),
        feature_offsets(storage) {}

  Column<std::int32_t> tokens;    // [N]
  Column<float> values;           // [N, channels]
  Index channels = 0;             // 0 for text
  Column<Index> offsets;          // [B + 1]
  Column<double> targets;         // [B, W] or, of rows, [N, W]
  Index target_width = 1;         // W
  Column<float> weights;          // one a target; empty: all are 1
  Column<std::int32_t> segments;  // [N]: which of its texts a row is of; empty where there is one
  Column<std::int32_t> features;  // data.text_features: hashed n-grams, rising in each sequence
  Column<Index> feature_offsets;  // [B + 1] in features; empty where there are none
  Index window = 0;  // a longer sequence is windows of at most so many rows to a model; 0: all are whole

  Storage storage() const { return offsets.get_allocator().storage; }
  Index size() const { return static_cast<Index>(offsets.size()) - 1; }
  /// Rows of sequence i: T.
  Index length(Index i) const { return offsets[i + 1] - offsets[i]; }
  bool has_row_targets() const { return std::ssize(targets) != size() * target_width; }
  /// The items, sequences or rows, of sequence i are those from item(i) up to item(i + 1).
  Index item(Index i) const { return has_row_targets() ? offsets[i] : i; }
  /// The target of sequence i: [W] or [T, W].
  std::span<const double> target(Index i) const {
    if (targets.empty()) return {};
    return std::span(targets).subspan(static_cast<std::size_t>(item(i) * target_width),
                                      static_cast<std::size_t>((item(i + 1) - item(i)) * target_width));
  }
  /// Of its target, or of each of its rows' targets; empty: all are 1.
  std::span<const float> weights_of(Index i) const {
    if (weights.empty()) return {};
    return std::span(weights).subspan(static_cast<std::size_t>(item(i)),
                                      static_cast<std::size_t>(item(i + 1) - item(i)));
  }
  /// The sequences of these numbers, by themselves.
  Sequences take(std::span<const std::uint32_t> numbers) const;
};

/// Makes each window a sequence of its own, to train on: windows lie one after another and are of about equal
/// length. Each of n windows has the sequence's target with 1 / n of its weight; rows keep theirs.
void cut_windows(Sequences& data);

/// What training learned of its data; kept in the checkpoint, so that later data is read the same way.
/// Channels are those of the model: with data.missing_indicator one more than the file has.
struct Preprocessing {
  std::shared_ptr<const Tokenizer> tokenizer;  // text only
  std::vector<float> mean;                     // [channels]; numeric only
  std::vector<float> deviation;                // [channels]; numeric only; never 0
  Index channels = 0;                          // 0 for text
  Index texts = 1;                             // S: of a sequence
  std::vector<float> missing_mean;             // [channels]: of known values; where data.missing needs it
  double unknown_share = -1;                   // of validation's tokens; -1 where that is not known

  Index vocabulary_size() const { return tokenizer == nullptr ? 0 : tokenizer->vocabulary_size(); }
  /// Ids from 0 on that rows may have: a separator is one more.
  Index num_ids() const;
  /// The token of an id, for people: "[sep]" between texts.
  std::string token(std::int32_t id) const;
};

/// One of several files that were read as one.
struct SourceFile {
  std::string path;
  Index first = 0;  // number of the first sequence that is of it, or would be
};

/// What load_data gives.
struct LoadedData {
  Sequences train, validation, test;  // test is empty when the config names none; train's windows are cut
  Preprocessing preprocessing;
  std::vector<std::string> notes;         // for the user: sizes, cuts, duplicates, conflicts; one line each
  std::string train_path;                 // of several files what people are told
  std::vector<SourceFile> train_sources;  // where there are several
  bool train_has_lines = false;
  Column<Index> train_locations;  // [sequences of train]: line, or number in a file without lines

  /// The file that a training sequence is of.
  const std::string& train_file(std::uint32_t sample) const;
  /// Where a training sequence is: "train.tsv:17" or "train.h5: sequence 16".
  std::string train_location(std::uint32_t sample) const;
};

/// XXH3-128 of rows, lengths and classes: what a model trained on them depends on, whatever the files look
/// like.
std::string checksum(const Sequences& data);

/// What further training starts from.
struct DataStart {
  const Preprocessing&
      learned;  // figures and vocabulary of before; `targets` of load_data has loaded its own
  bool adds_labels = false, adds_tokens = false;  // that are new; else they are errors, or unknown tokens
};

/// Reads what `config` names, relative to `folder`; throws one usage_error that lists the errors found
/// (`file:line: what; what was expected`), at most the first 20 of a file. `targets` learns from the training
/// file, unless there is a `start`. `tokenizer`: one that has learned before, in place of one that learns
/// here.
LoadedData load_data(const DataConfig& config, const std::string& folder, std::uint64_t seed,
                     const Readers& readers, const Tokenizers& tokenizers, Targets& targets,
                     const DataStart* start = nullptr, std::shared_ptr<const Tokenizer> tokenizer = nullptr);

/// A file's sequences, and their texts as the file has them: a vocabulary knows neither rare words nor case.
struct LoadedFile {
  Sequences sequences;
  TextColumn texts;            // [B, S]; empty for numbers
  Column<std::string> groups;  // [B]; empty where the file has none
};

/// Reads one more file, or several as one, with the figures of an earlier training (for `evaluate`). A target
/// that does not fit is an error. Notes are appended.
LoadedFile load_file(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                     const Targets& targets, const Paths& paths, std::vector<std::string>& notes);

}  // namespace orochi
#pragma GCC visibility pop
