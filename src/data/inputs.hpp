// A data file that is only to be answered: its records, with or without targets.
#pragma once

#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/targets.hpp>

#include "data/raw.hpp"

namespace orochi {

struct Inputs {
  Sequences sequences;
  std::vector<std::string> field_names;  // of what is kept of the file; none: a field is a JSON object
  std::vector<std::vector<std::string>> fields;  // [B] where they are kept
  RawSplit places;                               // the location of each sequence, and its target as text
};

/// The sequences of a file of the model's own format as the model takes them; what targets it has is ignored.
/// Throws one usage_error that lists the file's errors; with `skips_bad` records that have one are left out,
/// which a note counts. Notes are appended.
Inputs load_inputs(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                   const std::string& path, bool keeps_fields, bool skips_bad,
                   std::vector<std::string>& notes);

/// Throws a usage_error where what was read as labels, by their place, has none that the model knows: they
/// are likelier values, or texts, of records without labels. One that is missing, or `?`, counts as none.
/// Notes a first record that may be a header: its label alone is none of the model's.
void check_labels_by_place(const Inputs& inputs, const DataConfig& config, const Readers& readers,
                           const Targets& targets, std::vector<std::string>& notes);

/// The label that a line may begin with where it should not: up to the first tab, or comma between numbers.
std::string_view label_in_front(const Reader& reader, const Preprocessing& preprocessing,
                                std::string_view line);

/// Whether the file looks like one of the config's format, not like lines that are one text, or one case,
/// each. Throws a usage_error for a configuration, and for another format, or lines that all begin with a
/// label of `targets`, whose labels or marks would be read as text or values.
bool is_data_file(const DataConfig& config, const Readers& readers, const Preprocessing& preprocessing,
                  const Targets* targets, const std::string& path);

/// How many of each split's tokens are unknown, where some are, and whether training has any to learn from.
std::string unknown_shares_note(const LoadedData& data, const TokenizerEntry* entry);

}  // namespace orochi
