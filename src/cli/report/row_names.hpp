// What the rows of a sequence are called in a report.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/model.hpp>

namespace orochi {

/// What is at one row of a sequence.
struct RowName {
  std::string text;
  bool unknown = false;    // a token that is not in the vocabulary
  bool continues = false;  // a piece that goes on with the word before it
};
/// Of all rows of sequence i, with "[cls]" first for that pooling; numeric rows have their number, from 1.
/// `texts` [S]: its texts as they are in the file, or none of numeric data.
std::vector<RowName> row_names(const Model& trained, const Sequences& data, Index i,
                               std::span<const std::string> texts);

}  // namespace orochi
