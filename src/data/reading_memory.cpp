#include "data/reading_memory.hpp"

#include <algorithm>
#include <filesystem>

#include "core/choices.hpp"
#include "data/input_encoder.hpp"

namespace orochi {
namespace {

// Measured as growth of the peak over load_data, with files of 16 to 30 MB: splice's lines with other
// letters, lines of Python's library one by one and twelve to a text, texts of 1,000 bytes, lines of one
// letter, lines with a word of their own each, digits.ts over and over, HDF5 with 1 to 1,000 rows a sequence,
// plain and compressed. The sums below are 0.7 to 1.5 times what was measured; short lines took 25 to 38
// times the file.
constexpr double per_byte = 3.5;         // of text: the file, its texts, vectors that grow
constexpr double per_sequence = 140;     // label, text, place, checksum
constexpr double per_character = 4;      // a token each, where characters are tokens
constexpr double per_feature_byte = 90;  // of text, whose n-grams a linear model is fitted to
constexpr double per_number = 17;        // of HDF5, in both processes

}  // namespace

double reading_memory(const DataConfig& config, const Reader& reader, const Tokenizer& tokenizer,
                      const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return 0;
  const FileSize size = reader.size(path);
  const double longest = size.sequences * static_cast<double>(InputEncoder::tokens_needed(config));
  const double characters =
      reader.is_text() && !tokenizer.cuts_at_blanks() ? std::min(size.bytes, longest) : 0;
  const double features = config.text_features > 0 && reader.is_text() ? per_feature_byte * size.bytes : 0;
  // On disk a sequence leaves its place in the order of the epoch and of the split in memory.
  constexpr double per_sequence_on_disk = 30;
  if (storage_choice.is(config.storage, StorageKind::disk) && reader.is_text())
    return per_sequence_on_disk * size.sequences + features;  // of short labels
  return per_byte * size.bytes + per_sequence * size.sequences + per_character * characters +
         per_number * size.numbers + features;
}

}  // namespace orochi
