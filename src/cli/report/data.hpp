// The labelled sequences that a report looks at.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "cli/command_line.hpp"

namespace orochi {

struct ReportData {
  Paths paths;
  std::string part;                   // "test", "validation" or "" for a file of --data
  bool is_share_of_training = false;  // what was split off the training file
  std::string trained_on;             // that the model was trained on some of it; else empty
  Sequences sequences;                // B
  std::vector<std::string> texts;     // [B, S], as they are in the file; empty for numeric data
  /// The S texts of a sequence, or none of numeric data.
  std::span<const std::string> texts_of(Index sequence, Index texts_each) const;
  std::vector<Index> numbers;  // [B]: of the sequence in the file, from 0
};

/// --data, else data.test of the checkpoint's config, else the validation data of the training: its file, or
/// the same share of the training file.
ReportData report_data(const Model& trained, const std::string& checkpoint, const Arguments& arguments);

}  // namespace orochi
