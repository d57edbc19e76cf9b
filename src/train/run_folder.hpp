// The folder of a run: what stands in it, and that only one run writes to it.
#pragma once

#include <string>
#include <vector>

#include "train/trainer.hpp"

namespace orochi {

/// An exclusive lock on a file; it goes with the object or the process.
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool opened() const { return descriptor_ >= 0; }
  bool held() const { return held_; }

 private:
  int descriptor_ = -1;
  bool held_ = false;
};

/// runs/NAME/: config.toml, metrics.csv, metrics.jsonl, last.h5, last-1.h5, best.h5, environment.json.
class RunFolder {
 public:
  /// Makes the folder and takes its lock. A folder that holds a run is refused unless `resume`; one that
  /// holds none is refused with it; one that another process writes to is refused always. Each refusal names
  /// the ways out.
  RunFolder(std::string path, bool resume);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  void write_config(const std::string& toml) const;
  void write_environment(const std::string& engine, int threads) const;
  /// Keeps the records up to `step`, drops later ones (they will be made again) and rewrites both files.
  void start_metrics(std::uint64_t step);
  void append_metrics(const EpochRecord& record);

 private:
  void write_csv() const;

  std::string path_;
  FileLock lock_;
  std::vector<EpochRecord> records_;
};

}  // namespace orochi
