// metrics.jsonl and metrics.csv of a run: a line an epoch in each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <orochi/train.hpp>

#include "run/retrying_writer.hpp"

namespace orochi {

/// A file of a line an epoch, each of them synced. What cannot be written is said and waits for the next try.
class RecordFile {
 public:
  using Format = std::function<std::string(const EpochRecord&)>;
  /// The records up to this epoch that were written before.
  using Rebuild = std::function<std::vector<EpochRecord>(std::uint64_t last)>;
  RecordFile(std::string path, std::string head, Format format, Rebuild rebuild, Note note);

  /// The file as a whole, at the start. Throws a failure.
  void start(const std::vector<EpochRecord>& records);
  void append(const EpochRecord& record);
  /// Tries what still waits. Returns why it could not be written, or nothing.
  std::string retry();

 private:
  std::string lines(const std::vector<EpochRecord>& records) const;
  bool changed_by_others() const;
  void write_waiting();
  void write_anew();

  std::string path_, head_;
  Format format_;
  Rebuild rebuild_;
  Note note_;
  std::size_t length_ = 0;  // of what was written
  std::uint64_t last_ = 0;  // the last epoch that was
  std::vector<EpochRecord> waiting_;
  std::string reason_;
};

/// Both files. Where somebody shortens or removes one of them during the run, the other has what it held.
class MetricsFiles {
 public:
  MetricsFiles(const std::string& folder, const Measured& measured, const Note& note);
  MetricsFiles(const MetricsFiles&) = delete;
  MetricsFiles& operator=(const MetricsFiles&) = delete;

  /// The records of metrics.jsonl up to this epoch, as far as they are whole. Throws a failure.
  std::vector<EpochRecord> read(std::uint64_t last) const;
  void start(const std::vector<EpochRecord>& records);
  void append(const EpochRecord& record);
  /// Tries what still waits. Returns what could not be written, a reason a line.
  std::string retry();

 private:
  std::vector<EpochRecord> read_fuller(std::uint64_t last) const;

  std::vector<std::string> columns_;
  std::string lines_path_, table_path_;
  RecordFile lines_, table_;
};

}  // namespace orochi
