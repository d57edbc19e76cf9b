// What a file of data holds, as training would read it.
#pragma once

#include <span>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/task.hpp>

namespace orochi {

/// Of each record of train and validation, also of one that became windows.
struct SurveyedRecord {
  std::int32_t stratum = 0;
  Index length = 0;  // rows
};
std::vector<SurveyedRecord> records_of(const LoadedData& data, const Task& task);

/// The length that `share` of the records do not pass, from 0 to 1.
Index length_at(std::span<const SurveyedRecord> records, double share);

}  // namespace orochi
