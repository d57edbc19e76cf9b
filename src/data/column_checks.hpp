// Faults that no record shows by itself: columns that are swapped, a header among the records, labels that
// look alike, texts that the tokenizer does not cut.
#pragma once

#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "data/raw.hpp"

namespace orochi {

/// Looks at the labels and texts of a whole file. What would make training senseless is an error of it, the
/// rest a note. `reader`: of the file; `is_taught`: not where labels are known already.
void check_columns(const RawSplit& raw, const Targets& targets, const ReaderEntry& reader, FileErrors& errors,
                   std::vector<std::string>& notes, bool is_taught = true);

/// The notes that check_columns has of the training file.
std::vector<std::string> column_notes(const DataConfig& config, const Readers& readers,
                                      const Targets& targets);

/// Notes texts that are one token each, and a validation set whose tokens training mostly did not see.
void note_tokens(const LoadedData& data, const RawSplit& train, const DataConfig& config,
                 const Tokenizers& tokenizers, std::vector<std::string>& notes);

}  // namespace orochi
