#include "run/resume_point.hpp"

#include <filesystem>

#include <orochi/error.hpp>

namespace orochi {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// The checkpoint, or what is wrong with it. A file that cannot be read is an error: it may be whole.
std::optional<CheckpointReader> open_whole(const std::string& path, std::string& damage) {
  try {
    return CheckpointReader(path);
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    damage = error.what();
    return std::nullopt;
  }
}

}  // namespace

ResumePoint find_resume_point(const std::string& folder) {
  const std::string last = folder + "/last.h5", before = folder + "/last-1.h5";
  ResumePoint point{"last.h5", std::nullopt, ""};
  if (exists(last)) {
    point.reader = open_whole(last, point.damage);
    if (point.reader) return point;
  } else if (!exists(before)) {
    // Killed before its first checkpoint, a run has its config and no best.h5.
    if (exists(folder + "/config.toml") && !exists(folder + "/best.h5")) return point;
    throw usage_error(
        folder + " holds no last.h5 to resume from; " +
        (exists(folder + "/best.h5")
             ? "best.h5 does not hold all that going on needs: start anew in another folder with --run DIR"
             : "leave --resume out to start, or name the folder with --run DIR"));
  }
  point.name = "last-1.h5";
  std::string second = "there is no last-1.h5";
  if (exists(before)) point.reader = open_whole(before, second);
  if (!point.reader)
    throw usage_error("nothing to resume from:\n  " +
                      (point.damage.empty() ? "there is no last.h5" : point.damage) + "\n  " + second +
                      "\nput a copy of the checkpoint back, or start anew in another folder with --run DIR");
  return point;
}

BestFile check_best(const std::string& folder, const Progress& progress) {
  const std::string path = folder + "/best.h5";
  if (progress.best_step < 0) return {BestState::fits};
  const auto wanted = static_cast<std::uint64_t>(progress.best_step);
  std::string damage;
  std::optional<CheckpointReader> best;
  if (exists(path)) best = open_whole(path, damage);
  const std::uint64_t step = best ? best->header().progress.step : 0;
  if (best && step == wanted) return {BestState::fits, step};
  if (progress.step == wanted) return {BestState::unmade, step};
  if (best) return {step > progress.step ? BestState::later : BestState::other, step};
  return {damage.empty() ? BestState::missing : BestState::damaged};
}

std::string kept_checkpoint(const std::string& folder) {
  try {
    const ResumePoint point = find_resume_point(folder);
    if (!point.reader) return "no checkpoint was written yet";
    return folder + "/" + point.name + " holds step " + std::to_string(point.reader->header().progress.step);
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace orochi
