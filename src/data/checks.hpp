// What a user should know of the splits: their sizes, what was cut, what is in two of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/target_file.hpp"

namespace orochi {

/// Some sequences of a file: a split.
struct Part {
  std::string name;  // train | validation | test, or a file's name
  const TargetFile* file = nullptr;
  std::vector<std::uint32_t> rows;  // [B]: numbers of the file's sequences
};

/// Counts the sequences of each part that an earlier part has too ("82 of 1,186 test sequences are also in
/// train") and the contents that bear two labels anywhere. Compared is the raw content: texts before folding,
/// numbers before normalization, both before any cut; by XXH3-128. At most 32 parts.
void note_shared_content(std::span<const Part> parts, std::vector<std::string>& notes);

/// The lengths of one part, before the cut at max_length.
struct Lengths {
  Index sequences = 0, rows = 0, longest = 0;  // rows: after the cut
  Index longer = 0, windows = 0;               // than max_length; and what they became
  void count(Index full_length, const DataConfig& config);
};

/// "train: 1,800 sequences, 108,000 rows, longest 60", how many were cut, and to what, or became windows.
void note_lengths(const std::string& name, const Lengths& lengths, const DataConfig& config,
                  std::vector<std::string>& notes);

/// "weights from 0.5 to 2, 37 groups", where the file has them.
void note_weights_and_groups(const RawSplit& raw, std::vector<std::string>& notes);

/// Of a split file: the labels that validation has none of, and a share that could not be had whole.
void note_labels_not_validated(const Part& train, const Part& validation, std::span<const std::string> labels,
                               double fraction, std::vector<std::string>& notes);

}  // namespace orochi
