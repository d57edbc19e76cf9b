// A config by what the data is: what `orochi init` writes.
#pragma once

#include <span>
#include <string>

#include <orochi/batch.hpp>

#include "io/config_file.hpp"

namespace orochi {

enum class DataKind {
  words,    // texts of words
  letters,  // texts of one word, or of none: what tells them apart is runs of letters
  places,   // letters at fixed places
  series    // rows of numbers
};

struct DataSurvey {
  DataKind kind = DataKind::words;
  Index records = 0, labels = 0;   // labels: 0 where they are none
  bool of_rows = false;            // each row has a label
  bool misses_values = false;      // of series
  Index usual_length = 0;          // rows that 98 of 100 records do not pass
  Index longest = 0, median = 0;   // rows
  std::string task;                // empty: the default
  std::string task_name, columns;  // for people
  std::string data;                // the lines of [data] and [data.format], without tokenizer
  std::string test;                // path, or nothing
};

/// TOML with a comment at each choice. The choices are those that did best over the data sets of each kind in
/// benchmarks/ablation_study.py (docs/results.md).
std::string recipe(const DataSurvey& survey);

/// A config's text with these settings KEY=VALUE in it. Throws a usage_error for one that has no place there;
/// `name` is what errors call the config.
std::string with_settings(std::string text, const std::string& name, std::span<const std::string> settings,
                          std::span<const ComponentSchema> components);

}  // namespace orochi
