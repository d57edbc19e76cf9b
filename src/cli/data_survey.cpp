#include "cli/data_survey.hpp"

#include <algorithm>

#include "core/as_size.hpp"

namespace orochi {

std::vector<SurveyedRecord> records_of(const LoadedData& data, const Task& task) {
  std::vector<SurveyedRecord> records;
  for (Index i = 0; i < data.train.size(); ++i)
    if (i > 0 && data.train_locations[as_size(i)] == data.train_locations[as_size(i - 1)])
      records.back().length += data.train.length(i);
    else
      records.push_back({task.stratum(data.train.target(i)), data.train.length(i)});
  for (Index i = 0; i < data.validation.size(); ++i)
    records.push_back({task.stratum(data.validation.target(i)), data.validation.length(i)});
  return records;
}

Index length_at(std::span<const SurveyedRecord> records, double share) {
  std::vector<Index> lengths;
  for (const SurveyedRecord& record : records) lengths.push_back(record.length);
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(lengths.size() - 1));
  std::nth_element(lengths.begin(), lengths.begin() + at, lengths.end());
  return lengths[as_size(at)];
}

}  // namespace orochi
