// One input file as read: targets and texts are still text.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/config.hpp>
#include <orochi/targets.hpp>

#include "data/mistakes.hpp"

namespace orochi {

/// B sequences of one file. Text formats fill `texts`, numeric ones `values` and `offsets`.
struct RawSplit {
  std::string path;
  std::vector<std::string> targets;  // [B]
  std::vector<std::string> texts;    // [B]; text only, valid UTF-8, never blank
  std::vector<float> values;         // [N, channels]; numeric only, finite
  std::vector<Index> offsets{0};     // [B + 1]; numeric only
  Index channels = 0;                // 0 for text
  std::vector<Index> lines;          // [B]: where each sequence starts; empty in files without lines

  Index size() const { return static_cast<Index>(targets.size()); }
  /// "data.tsv:17" or "data.h5: sequence 16"
  std::string place(Index sequence) const;
};

bool is_text(const DataConfig& config);

/// Reads a file of the configured format. What is wrong with it is added to `mistakes`; then the result is of
/// no use. Throws a usage_error for an unknown format.
RawSplit read_raw(const DataConfig& config, const Targets& targets, Mistakes& mistakes);

/// Lines of `label<TAB>text`, no header.
RawSplit read_tsv(const Targets& targets, Mistakes& mistakes);
/// RFC 4180: a header that names the columns, then one record a sequence.
RawSplit read_csv(const DataConfig& config, const Targets& targets, Mistakes& mistakes);
/// The UCR/UEA archive's text format (sktime, aeon): a header of @keys, then one case a line.
RawSplit read_ts(const Targets& targets, Mistakes& mistakes);
/// `values` [N, channels], `offsets` [B + 1], `labels` [B].
RawSplit read_hdf5(const Targets& targets, Mistakes& mistakes);

/// Opens a file; one that is missing, empty, unreadable or a folder is a mistake.
std::ifstream open_file(Mistakes& mistakes);
/// The whole file without a byte order mark; as open_file, and NUL bytes and bad UTF-8 are mistakes, one a
/// line.
std::string read_text_file(Mistakes& mistakes);

/// Takes the next line off `rest`, without its LF or CR LF.
std::string_view take_line(std::string_view& rest);

/// What is wrong with a text, or nothing.
std::string text_mistake(std::string_view text);

/// Reads one case of the `.ts` format without its label, "v,v,v:v,v,v" with one part a channel, as rows
/// `values` [T, channels]. Returns what is wrong with it, or nothing; `at`, if given, becomes the byte where.
std::string parse_case(std::string_view text, std::vector<float>& values, Index& channels,
                       std::size_t* at = nullptr);

}  // namespace orochi
