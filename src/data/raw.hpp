// Input as read from one file, or from several as if they were one: targets and texts are still text.
#pragma once

#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/config.hpp>
#include <orochi/dataset.hpp>
#include <orochi/reader.hpp>
#include <orochi/targets.hpp>

#include "data/file_errors.hpp"
#include "data/missing.hpp"

namespace orochi {

/// B sequences. Text formats fill `texts`, numeric ones `values` and `offsets`.
struct RawSplit {
  RawSplit(const Storage& storage = {})
      : targets(storage),
        texts(storage),
        values(storage),
        offsets(1, 0, storage),
        lines(storage),
        weights(storage),
        groups(storage) {}

  std::string path;                      // of several files what people are told
  std::vector<SourceFile> sources;       // where there are several
  Column<std::string> targets;           // [B]
  TextColumn texts;                      // [B, S]; text only, valid UTF-8, never blank
  Index num_texts = 1;                   // S
  Column<float> values;                  // [N, channels]; numeric only, finite or, where missing, NaN
  Column<Index> offsets;                 // [B + 1]; numeric only
  Index channels = 0;                    // 0 for text
  Column<Index> lines;                   // [B]: where each sequence starts; empty in files without lines
  Column<double> weights;                // [B], positive; empty: all are 1
  Column<std::string> groups;            // [B]; empty: each a group by itself
  MissingCount missing;                  // of `values`
  bool has_indicator = false;            // the last channel says where a row misses a value
  std::vector<std::string> field_names;  // where fields are kept; none: a field is a JSON object
  std::vector<std::vector<std::string>> fields;  // [B] or none

  Storage storage() const { return offsets.get_allocator().storage; }
  std::vector<std::string> paths() const;
  Index size() const { return static_cast<Index>(targets.size()); }
  /// [S]
  std::vector<std::string_view> texts_of(std::size_t sequence) const {
    std::vector<std::string_view> own;
    const auto each = static_cast<std::size_t>(num_texts);
    for (std::size_t s = 0; s < each; ++s) own.push_back(texts[sequence * each + s]);
    return own;
  }
  /// [T, channels]
  std::span<const float> values_of(std::size_t sequence) const {
    const auto first = static_cast<std::size_t>(offsets[sequence] * channels);
    return std::span(values).subspan(first,
                                     static_cast<std::size_t>(offsets[sequence + 1] * channels) - first);
  }
  /// The number of the file that it is of.
  std::size_t source_of(Index sequence) const;
  /// "data.tsv:17" or "data.h5: sequence 16"
  std::string location(Index sequence) const;
};

/// What a file is expected to be by the end of its name, also where it is packed: "csv" of "a.csv.gz".
std::string format_of_name(const std::string& path);

/// Where columns on disk are: $TMPDIR, or /var/tmp.
std::string disk_folder();
/// data.storage.
Storage storage_of(const DataConfig& config);

constexpr Index most_texts = 16;  // of a record

/// Records that were left out for an error.
struct Skipped {
  static constexpr std::size_t most_named = 5;
  Index count = 0;
  std::vector<std::string> named = {};  // places and reasons of the first ones
};

/// How a file is read; of the first two see DataFile.
struct ReadMode {
  bool needs_targets = true, keeps_fields = false;
  Skipped* skipped = nullptr;  // in place of errors in records
};

/// Reads a file of the configured format. What is wrong with it is added to `errors`; then the result is of
/// no use. Throws a usage_error for a format that is not registered.
RawSplit read_raw(const DataConfig& config, const Readers& readers, const Targets& targets,
                  FileErrors& errors, ReadMode mode = {});

/// The built-in formats.
void add_tsv(Readers& readers);
void add_csv(Readers& readers);
void add_fasta(Readers& readers);
void add_fasttext(Readers& readers);
void add_hdf5(Readers& readers);
void add_jsonl(Readers& readers);
void add_text_lines(Readers& readers);
void add_ts(Readers& readers);
void add_ucr(Readers& readers);
void add_arff(Readers& readers);

/// Blank lines, which are an error only if something follows them.
class BlankLines {
 public:
  /// `expected`: in place of one, "a record".
  explicit BlankLines(std::string_view expected) : expected_(expected) {}

  /// The next line, or record that begins there: returns whether it is a blank one.
  bool take(bool is_blank, Index line, DataFile& file) {
    if (is_blank) return ++count_, true;
    for (; count_ > 0; --count_)
      file.error("a blank line; expected " + std::string(expected_), line - count_);
    return false;
  }

 private:
  std::string_view expected_;
  Index count_ = 0;  // just before the line
};

/// Opens a file; one that is missing, empty, unreadable or a folder is an error.
std::ifstream open_file(FileErrors& errors);

/// Reads one number, NaN where it is missing (? or NaN); returns what is wrong with it, or nothing.
std::string parse_value(std::string_view text, float& number);

/// Reads one case of the `.ts` format without its label, "v,v,v:v,v,v" with one part a channel, as rows
/// `values` [T, channels], NaN where one is missing. Returns what is wrong with it, or nothing; `at`, if
/// given, becomes the byte where.
std::string parse_case(std::string_view text, std::vector<float>& values, Index& channels,
                       std::size_t* at = nullptr);

}  // namespace orochi
