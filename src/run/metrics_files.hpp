// metrics.jsonl and metrics.csv of a run: a line an epoch in each.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/train.hpp>

#include "run/retrying_writer.hpp"

namespace orochi {

/// The lines of a run's metrics.jsonl, up to one that a kill cut short; none where there is no such file.
std::vector<nlohmann::ordered_json> read_metrics(const std::string& run);

/// Both files are kept in memory and written whole after every epoch, so that nothing in them can be lost.
class MetricsFiles {
 public:
  MetricsFiles(const std::string& folder, const Measured& measured, const Note& note);

  /// Takes over the lines of metrics.jsonl up to this epoch, as far as they are whole; returns the last epoch
  /// that it has. Throws a failure.
  std::uint64_t read(std::uint64_t last);
  /// Writes both files. Throws a failure.
  void start() const;
  /// Says what cannot be written, and tries again at the next call.
  void append(const EpochRecord& record);
  /// Tries what still waits. Returns what could not be written, a reason a line.
  std::string retry() { return writer_.retry(); }

 private:
  void add(const nlohmann::ordered_json& record);

  std::vector<std::string> columns_;
  std::string lines_path_, table_path_;
  std::string lines_, table_;  // what the files hold
  RetryingWriter writer_;
};

}  // namespace orochi
