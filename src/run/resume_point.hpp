// What a run folder holds to go on from, whatever ended the run.
#pragma once

#include <optional>
#include <string>

#include "io/checkpoint.hpp"

namespace orochi {

/// The checkpoint that training goes on from: last.h5, or the one before it where that is missing or damaged.
struct ResumePoint {
  std::string name;                        // "last.h5" or "last-1.h5"
  std::optional<CheckpointReader> reader;  // none: the run ended before its first checkpoint
  std::string damage;                      // what is wrong with last.h5, if it is there
};

/// Looks, and changes nothing. Throws a usage_error where the folder holds no run or no checkpoint that is
/// whole, a failure where a file cannot be read (it may be whole, so another does not take its place).
ResumePoint find_resume_point(const std::string& folder);

/// How best.h5 of the folder fits a run that is at `progress`.
enum class BestState {
  fits,     // it is the best checkpoint so far, or there is none yet
  unmade,   // the checkpoint at hand is the best; the run ended before it was written as best.h5
  later,    // it is of a step to come, which the run reached before
  other,    // it is of an earlier step than what was the best
  missing,  // what was the best is gone
  damaged
};
struct BestFile {
  BestState state;
  std::uint64_t step = 0;  // of best.h5, where it is whole
};
BestFile check_best(const std::string& folder, const Progress& progress);

/// What --resume would go on from, for people: "runs/a/last.h5 holds step 30".
std::string kept_checkpoint(const std::string& folder);

}  // namespace orochi
