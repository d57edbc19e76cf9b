// What a file of data holds, as training would read it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>
#include <orochi/task.hpp>

#include "data/guess.hpp"

namespace orochi {

/// Of each record of train and validation, also of one that became windows.
struct SurveyedRecord {
  std::int32_t stratum = 0;
  Index length = 0;  // rows
};
std::vector<SurveyedRecord> records_of(const LoadedData& data, const Task& task);

/// The length that `share` of the records do not pass, from 0 to 1.
Index length_at(std::span<const SurveyedRecord> records, double share);

/// The data as training would read it with these settings; `name` is what errors call the config.
struct ReadData {
  Config config;
  std::unique_ptr<Task> task;
  LoadedData data;
  std::vector<SurveyedRecord> records;
};
ReadData read_data(const std::string& toml, const std::string& name, const std::vector<std::string>& settings,
                   const Extensions& extensions);

/// What the settings say of the file's encoding; empty where they say nothing.
std::string encoding_of(std::span<const std::string> settings);

/// The file by its guessed config, which gets task = "regression" where the labels are many different numbers
/// and the settings name no task.
ReadData read_by_guess(Guess& guess, const std::string& name, const std::vector<std::string>& settings,
                       const Extensions& extensions);

/// What it means, and what helps, where one label has nearly all records or a label has hardly any; else
/// empty.
std::string uneven_note(const ReadData& read);

/// Whether the texts, read as words, are single words: there is no sentence, and each letter is a row then.
bool are_single_words(const ReadData& read);
inline constexpr const char* tokenizer_of_letters = "{type = \"char\", lowercase = false}";

}  // namespace orochi
