#include "run/run_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "about/about.hpp"
#include "io/suggest.hpp"
#include "io/whole_file.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string make_run_folder(std::string path) {
  try {
    make_folders(path);
  } catch (const Error& error) {
    throw failure("cannot make the run folder " + path + ": " + error.what() +
                  "; choose another with --run DIR");
  }
  return path;
}

bool is_there(const std::string& folder, const char* name) {
  std::error_code error;
  const bool found = fs::exists(folder + "/" + name, error);
  if (error)
    throw failure("cannot look into the run folder " + folder + ": " + error.message() +
                  "; choose another with --run DIR");
  return found;
}

void remove_file(const std::string& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error)
    throw failure(
        fmt::format("cannot remove {} of the run that --overwrite replaces: {}", path, error.message()));
}

/// Removes the run's own files; others stay.
void remove_run(const std::string& folder) {
  const std::string refitted = folder + "/" + refit_name;
  if (holds_run(refitted)) {
    const FileLock lock(refitted, lock_name);
    remove_run(refitted);
    remove_file(refitted + "/" + lock_name);
    std::error_code error;
    fs::remove(refitted, error);  // unless something else is in it
  }
  remove_file(folder + "/report.html");
  for (const char* name : run_files) remove_file(folder + "/" + name);
}

}  // namespace

HeldRun held_run(const TrainRequest& request) {
  return request.resume ? HeldRun::resumed : request.overwrite ? HeldRun::replaced : HeldRun::refused;
}

bool holds_run(const std::string& folder) {
  if (!is_there(folder, run_files.back())) return false;  // may be a user's own config
  const auto is_in = [&](const char* name) { return is_there(folder, name); };
  return is_in(lock_name) || is_in("environment.json") || is_in("best.h5") || is_in("last.h5");
}

std::string refusal_of(const std::string& path, HeldRun held) {
  if (holds_run(path))
    return held == HeldRun::refused ? fmt::format("{} holds a run already; {}", path, ways_out) : "";
  const auto is_in = [&](const char* name) { return is_there(path, name); };
  const bool is_of_run = held == HeldRun::resumed
                             ? is_in("last.h5") || is_in("last-1.h5") || is_in(lock_name)
                             : is_in(lock_name) && !is_in("best.h5") && !is_in("last.h5");
  if (is_of_run) return "";  // one that lost its config, or was killed as it began
  const auto found = std::ranges::find_if(run_files, is_in);
  if (found == run_files.end()) return "";
  return fmt::format(
      "{0} has a {1}, which training would write over, but is not the folder of one run; choose another "
      "folder with --run DIR, or move {1} away",
      path, *found);
}

namespace {

/// What to do where a run is not there, or lacks a file: other runs, which have it.
std::string name_runs(const std::string& missing, const std::string& needed) {
  constexpr std::size_t most = 8;
  std::vector<std::string> runs;
  std::error_code error;
  for (fs::directory_iterator entry("runs", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unknown;
    const auto has = [&](const std::string& name) { return fs::exists(entry->path() / name, unknown); };
    const bool is_run = needed.empty() ? has("config.toml") || has("best.h5") : has(needed);
    if (is_run && !fs::equivalent(entry->path(), missing, unknown)) runs.push_back(entry->path().string());
  }
  if (runs.empty()) return "; `orochi train CONFIG --run DIR` makes one";
  // All begin with "runs/", which makes none of them alike.
  std::vector<std::string> names;
  for (const std::string& run : runs) names.push_back(fs::path(run).filename().string());
  const fs::path named =
      fs::path(missing).extension() == ".h5" ? fs::path(missing).parent_path() : fs::path(missing);
  const std::string near = nearest(named.filename().string(), names);
  if (!near.empty()) return fmt::format("; did you mean \"{}\"?", (fs::path("runs") / near).string());
  std::ranges::sort(runs);
  const std::size_t shown = std::min(runs.size(), most);
  return fmt::format("; the runs here: {}{}",
                     fmt::join(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     shown < runs.size() ? fmt::format(" and {} more", runs.size() - shown) : "");
}

}  // namespace

void refuse_missing_run(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  if (!fs::is_directory(path) && !folder.empty() && holds_run(folder.string()))
    file_of_run(folder.string(), fs::path(path).filename().string());
  throw usage_error(path + ": error: no such run or checkpoint" + name_runs(path, ""));
}

std::string file_of_run(const std::string& folder, const std::string& name) {
  std::string path = (fs::path(folder) / name).string();
  const fs::file_status status = fs::status(folder);
  if (!fs::exists(status)) refuse_missing_run(folder);
  if (!fs::is_directory(status)) {
    const std::string parent = fs::path(folder).parent_path().string();
    throw usage_error(fmt::format("{}: error: is a file; expected the run folder it is in: {}", folder,
                                  parent.empty() ? "." : parent));
  }
  if (is_there(folder, name.c_str())) return path;
  if (!holds_run(folder))
    throw usage_error(fmt::format("{}: error: holds no run: there is no {} in it{}", folder, name,
                                  name_runs(folder, name)));
  if (is_there(folder, "best.h5"))
    throw usage_error(fmt::format("{}: error: the run has no {}; its best model is best.h5", folder, name));
  throw usage_error(
      fmt::format("{0}: error: the run has no {1}; go on with it, `orochi train --resume --run {0}`, until "
                  "an epoch is done",
                  folder, name));
}

bool names_run(const std::string& word) {
  if (fs::is_directory(word)) return true;
  if (!fs::exists(word) && fs::path(word).extension() != ".toml") refuse_missing_run(word);
  return false;
}

FileLock::FileLock(const std::string& folder, const std::string& name)
    : descriptor_(::open((folder + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  if (descriptor_ < 0)
    throw failure("cannot write to the run folder " + folder + ": " + std::strerror(error) +
                  "; choose another with --run DIR");
  ::close(descriptor_);
  if (error == EWOULDBLOCK)
    throw usage_error("another process is training in " + folder +
                      "; wait for it, or choose another folder with --run DIR");
  throw failure("cannot lock the run folder " + folder + ": " + std::strerror(error) +
                "; choose one on another file system with --run DIR");
}
FileLock::~FileLock() { ::close(descriptor_); }

RunFolder::RunFolder(std::string path, HeldRun held, const Measured& measured, const Note& note)
    : path_(make_run_folder(std::move(path))),
      lock_(path_, lock_name),
      note_(note),
      writer_(note),
      metrics_(path_, measured, note) {
  // It may have become one while the data was read.
  if (const std::string refusal = refusal_of(path_, held); !refusal.empty()) throw usage_error(refusal);
  if (held == HeldRun::replaced && holds_run(path_)) remove_run(path_);
}

void RunFolder::write_config(const std::string& toml) const {
  write_whole_file(file("config.toml"), bytes_of(toml));
}

void RunFolder::write_environment(const RunFacts& run) const {
  ordered_json facts{{"orochi", version},          {"commit", commit()},      {"compiler", compiler()},
                     {"built_for", built_level()}, {"kernels", run.engine},   {"threads", run.threads},
                     {"cpu", cpu_name()},          {"cpu_level", cpu_level()}};
  if (run.ranks > 1) facts["ranks"] = run.ranks;
  for (const Library& library : libraries()) facts["libraries"][library.name] = library.version;
  for (const auto& [part, checksum] : run.checksums) facts["data"][part] = checksum;
  if (!run.command.empty()) facts["command"] = run.command;
  // A path may hold any bytes.
  const std::string text = facts.dump(2, ' ', true, ordered_json::error_handler_t::replace);
  write_whole_file(file("environment.json"), bytes_of(text + "\n"));
}

void RunFolder::start_metrics(std::uint64_t epochs) {
  const std::uint64_t last = metrics_.read(epochs);
  std::error_code error;
  if (last < epochs && fs::exists(file("metrics.jsonl"), error))
    note_("metrics.jsonl is whole only up to epoch " + std::to_string(last) + " of " +
          std::to_string(epochs) + "; it is kept as " + quarantine("metrics.jsonl", "damaged"));
  metrics_.start();
}

void RunFolder::append_metrics(const EpochRecord& record) { metrics_.append(record); }

void RunFolder::save(const std::string& path, std::span<const unsigned char> bytes,
                     const std::string& keep_previous) {
  writer_.write(path, bytes, keep_previous);
  metrics_.retry();
}

Unwritten RunFolder::retry() { return {writer_.retry(), metrics_.retry()}; }

std::string RunFolder::quarantine(const std::string& name, const std::string& what) const {
  const fs::path path = name;
  const std::string stem = path.stem().string() + "-" + what, extension = path.extension().string();
  std::string aside = stem + extension;
  std::error_code error;
  for (int number = 2; fs::exists(file(aside), error); ++number)
    aside = fmt::format("{}-{}{}", stem, number, extension);
  fs::rename(file(name), file(aside), error);
  if (error) throw failure("cannot put " + file(name) + " aside as " + aside + ": " + error.message());
  return aside;
}

}  // namespace orochi
