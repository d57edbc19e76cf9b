#include "run/run_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "io/whole_file.hpp"

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

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (const std::size_t colon = line.find(": ");
        line.starts_with("model name") && colon != std::string::npos)
      return line.substr(colon + 2);
  return "unknown";
}

}  // namespace

void check_run_folder(const std::string& path, bool resume) {
  std::error_code error;
  const bool holds_run = fs::exists(path + "/config.toml", error);
  if (error)
    throw failure("cannot look into the run folder " + path + ": " + error.message() +
                  "; choose another with --run DIR");
  if (holds_run && !resume)
    throw usage_error(
        path + " holds a run already; go on with it by --resume, or choose another folder with --run DIR");
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

RunFolder::RunFolder(std::string path, bool resume, const Measured& measured, const Note& note)
    : path_(make_run_folder(std::move(path))),
      lock_(path_, "lock"),
      note_(note),
      writer_(note),
      metrics_(path_, measured, note) {
  check_run_folder(path_, resume);  // it may have become one while the data was read
}

void RunFolder::write_config(const std::string& toml) const {
  write_whole_file(file("config.toml"), bytes_of(toml));
}

void RunFolder::write_environment(const std::string& engine, int threads) const {
  ordered_json facts;
  facts["orochi"] = version;
  facts["compiler"] = __VERSION__;
  facts["kernels"] = engine;
  facts["threads"] = threads;
  facts["cpu"] = cpu_name();
  write_whole_file(file("environment.json"), bytes_of(facts.dump(2) + "\n"));
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
