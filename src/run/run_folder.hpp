// The folder of a run: what is in it, and that only one run writes to it.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <orochi/train.hpp>

#include "run/metrics_files.hpp"
#include "run/retrying_writer.hpp"

namespace orochi {

/// An exclusive lock on a file; it goes with the object or the process.
class FileLock {
 public:
  /// Makes the file. Throws an Error that names the folder: it cannot be written to, or is in use.
  FileLock(const std::string& folder, const std::string& name);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// What could not be written, a reason a line.
struct Unwritten {
  std::string checkpoints, metrics;
  std::string all() const {
    return checkpoints + (checkpoints.empty() || metrics.empty() ? "" : "\n") + metrics;
  }
};

/// What becomes of a run that is in the folder.
enum class HeldRun { refused, resumed, replaced };
HeldRun held_run(const TrainRequest& request);

/// What a run may write to its folder; config.toml, without which a folder holds none, is the last.
inline constexpr std::array run_files{"best.h5",       "last.h5",          "last-1.h5",
                                      "start.h5",      "environment.json", "metrics.csv",
                                      "metrics.jsonl", "baseline.json",    "config.toml"};
/// By which it is locked.
inline constexpr const char* lock_name = "lock";

/// Whether a config.toml is there beside another file of a run.
bool holds_run(const std::string& folder);
/// Why a run cannot be written to a folder, with the ways out: it holds a run, files of several, or others
/// that are called as a run's. Else "".
std::string refusal_of(const std::string& path, HeldRun held);
/// What may always be done with a run that is in the way.
inline constexpr const char* ways_out = "replace it by --overwrite, or choose another folder with --run DIR";

/// Throws the usage_error for a run or a checkpoint that is not there: it names the runs that are.
[[noreturn]] void refuse_missing_run(const std::string& path);
/// The path of a file in a run folder; where it is not there, the same error.
std::string file_of_run(const std::string& folder, const std::string& name);
/// Whether a word that is a config or a run folder is the latter. The same error where it is neither.
bool names_run(const std::string& word);

/// For environment.json.
struct RunFacts {
  std::string engine;
  int threads = 0;
  std::string command;                                         // empty: called from C++
  std::vector<std::pair<std::string, std::string>> checksums;  // of each part's sequences
  int ranks = 1;
};

/// runs/NAME/: config.toml, metrics.csv, metrics.jsonl, last.h5, last-1.h5, best.h5, environment.json,
/// start.h5 where it started from a checkpoint.
class RunFolder {
 public:
  /// Makes the folder and takes its lock. A run that it holds is refused, or left to be gone on with, or its
  /// files are removed, and none but these; a folder that another process writes to is refused always. Each
  /// refusal names the ways out.
  RunFolder(std::string path, HeldRun held, const Measured& measured, const Note& note);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  void write_config(const std::string& toml) const;
  void write_environment(const RunFacts& facts) const;
  /// Keeps the records of the first `epochs`, drops later ones (they will be made again) and writes both
  /// files.
  void start_metrics(std::uint64_t epochs);

  // While training: what cannot be written now is noted and written later.
  void append_metrics(const EpochRecord& record);
  void save(const std::string& path, std::span<const unsigned char> bytes, const std::string& keep_previous);
  /// Tries what still waits. Returns what could not be written.
  Unwritten retry();

  /// Gives a file that is of no use to the run another name in the folder, which says `what` it is and which
  /// it returns: last-damaged.h5, last-damaged-2.h5, ...
  std::string quarantine(const std::string& name, const std::string& what) const;

 private:
  std::string path_;
  FileLock lock_;
  Note note_;
  RetryingWriter writer_;
  MetricsFiles metrics_;
};

}  // namespace orochi
