// What data teaches before it is encoded, and what further training takes up of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "data/checks.hpp"
#include "data/split.hpp"

namespace orochi {

/// The means that data.missing needs, of what a sequence keeps of its rows.
void fit_missing(const Part& train, const DataConfig& config, Preprocessing& preprocessing);

/// Returns the texts of train encoded, for they are cut into tokens once; none where they are on disk, which
/// have no room in memory.
std::optional<EncodedTexts> fit_tokenizer(const Part& train, const DataConfig& config,
                                          const std::string& folder, const Tokenizers& tokenizers,
                                          Preprocessing& preprocessing);

/// With `start.adds_tokens` the vocabulary becomes one with those of train behind the others, and a note says
/// how many there are.
void extend_tokenizer(const Part& train, const DataConfig& config, const Tokenizers& tokenizers,
                      const DataStart& start, Preprocessing& preprocessing, std::vector<std::string>& notes);

/// Adds the labels that are new, with a note, or makes them an error of the file that names them.
void extend_labels(const RawSplit& raw, const DataStart& start, Targets& targets, FileErrors& errors,
                   std::vector<std::string>& notes);

/// Weights of labels are the new data's; what a checkpoint keeps stays as `start` had it.
void fit_split(std::span<const double> train, const DataStart* start, Targets& targets);

}  // namespace orochi
