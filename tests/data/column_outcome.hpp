// What loading says of columns.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace orochi::testing {

struct ColumnOutcome {
  std::string error;
  std::vector<std::string> notes;
  bool notes_have(const std::string& part) const {
    return std::any_of(notes.begin(), notes.end(),
                       [&](const std::string& note) { return note.find(part) != std::string::npos; });
  }
};

inline ColumnOutcome load_columns(const std::string& contents, const std::string& format = "tsv",
                                  const std::string& task = "classification",
                                  const std::string& tokenizer = "word") {
  const TempFolder folder;
  folder.write("t", contents);
  DataConfig config = config_for(format);
  config.train = config.validation = "t";
  config.tokenizer.type = tokenizer;
  ColumnOutcome outcome;
  outcome.error = folder.without_path(message_of([&] {
    outcome.notes =
        load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task(task)).notes;
  }));
  for (std::string& note : outcome.notes) note = folder.without_path(note);
  // Both parts are the same file, and some is asked of the first alone.
  const std::string line = outcome.error.substr(0, outcome.error.find('\n'));
  if (!line.empty() && outcome.error.find(line, 1) != std::string::npos)
    outcome.error = outcome.error.substr(0, outcome.error.size() / 2);
  return outcome;
}

inline std::string times(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace orochi::testing
