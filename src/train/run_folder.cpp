#include "train/run_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <orochi/error.hpp>
#include <variant>

#include "io/whole_file.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// The columns of metrics.csv and the keys of metrics.jsonl, in their order.
struct Column {
  const char* name;
  std::variant<std::uint64_t EpochRecord::*, double EpochRecord::*> member;
};
const std::array<Column, 12>& columns() {
  static const std::array<Column, 12> all{{
      {"epoch", &EpochRecord::epoch},
      {"step", &EpochRecord::step},
      {"learning_rate", &EpochRecord::learning_rate},
      {"train_loss", &EpochRecord::train_loss},
      {"train_accuracy", &EpochRecord::train_accuracy},
      {"validation_loss", &EpochRecord::validation_loss},
      {"validation_accuracy", &EpochRecord::validation_accuracy},
      {"validation_macro_f1", &EpochRecord::validation_macro_f1},
      {"validation_weighted_f1", &EpochRecord::validation_weighted_f1},
      {"gradient_norm", &EpochRecord::gradient_norm},
      {"seconds", &EpochRecord::seconds},
      {"tokens_per_second", &EpochRecord::tokens_per_second},
  }};
  return all;
}

ordered_json to_json(const EpochRecord& record) {
  ordered_json line;
  for (const Column& column : columns())
    std::visit([&](auto member) { line[column.name] = record.*member; }, column.member);
  return line;
}

EpochRecord from_json(const ordered_json& line) {
  EpochRecord record;
  for (const Column& column : columns())
    std::visit(
        [&](auto member) {
          using Value = std::remove_reference_t<decltype(record.*member)>;
          const ordered_json& value = line.at(column.name);  // null: JSON has no NaN
          record.*member = value.is_null() ? std::numeric_limits<Value>::quiet_NaN() : value.get<Value>();
        },
        column.member);
  return record;
}

/// Whether it has all columns: a line may have been cut short.
bool is_record(const ordered_json& line) {
  const auto fits = [&](const Column& column) {
    const auto found = line.find(column.name);
    return found != line.end() && (found->is_number() || found->is_null());
  };
  return line.is_object() && std::all_of(columns().begin(), columns().end(), fits);
}

std::string json_line(const EpochRecord& record) { return to_json(record).dump() + "\n"; }

std::string csv_line(const EpochRecord& record) {
  std::string row;
  const ordered_json fields = to_json(record);
  for (const auto& [name, value] : fields.items()) {
    const std::string cell = value.dump();
    row += (row.empty() ? "" : ",") + (cell == "null" ? "" : cell);  // NaN
  }
  return row + "\n";
}

std::span<const unsigned char> bytes_of(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

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
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

void check_run_folder(const std::string& path, bool resume) {
  if (fs::exists(path + "/config.toml") && !resume)
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

RunFolder::RunFolder(std::string path, bool resume, const Note& note)
    : path_(make_run_folder(std::move(path))),
      lock_(path_, "lock"),
      note_(note),
      writer_(note),
      lines_(file("metrics.jsonl"), note),
      table_(file("metrics.csv"), note) {
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

std::vector<EpochRecord> RunFolder::read_metrics(std::uint64_t epochs) const {
  std::vector<EpochRecord> records;
  std::ifstream existing(file("metrics.jsonl"));
  std::uint64_t last = 0;
  for (std::string line; last < epochs && std::getline(existing, line);) {
    const ordered_json parsed = ordered_json::parse(line, nullptr, false);
    if (!is_record(parsed)) break;
    const EpochRecord record = from_json(parsed);
    if (record.epoch <= last || record.epoch > epochs) break;
    last = record.epoch;
    records.push_back(record);
  }
  if (existing.bad() || (!existing.is_open() && fs::exists(file("metrics.jsonl"))))
    throw failure("cannot read " + file("metrics.jsonl") + ": " + std::strerror(errno));
  if (last < epochs && existing.is_open())
    note_("metrics.jsonl is whole only up to epoch " + std::to_string(last) + " of " +
          std::to_string(epochs) + "; it is kept as " + put_aside("metrics.jsonl"));
  return records;
}

void RunFolder::start_metrics(std::uint64_t epochs) {
  std::string lines, table;
  for (const Column& column : columns()) table += std::string(table.empty() ? "" : ",") + column.name;
  table += "\n";
  for (const EpochRecord& record : read_metrics(epochs)) {
    lines += json_line(record);
    table += csv_line(record);
  }
  lines_.start(lines);
  table_.start(table);
}

void RunFolder::append_metrics(const EpochRecord& record) {
  lines_.append(json_line(record));
  table_.append(csv_line(record));
}

void RunFolder::save(const std::string& path, std::span<const unsigned char> bytes,
                     const std::string& keep_previous) {
  writer_.write(path, bytes, keep_previous);
}

std::string RunFolder::retry() {
  std::string reasons;
  for (const std::string& reason : {writer_.retry(), lines_.retry(), table_.retry()})
    if (!reason.empty()) reasons += (reasons.empty() ? "" : "\n") + reason;
  return reasons;
}

void RunFolder::finish() {
  if (const std::string reasons = retry(); !reasons.empty())
    throw failure(reasons + "; this was the last attempt. Mend that, then `orochi train --resume --run " +
                  path_ + "` goes on from the last checkpoint that was written, to the same result");
}

std::string RunFolder::put_aside(const std::string& name) const {
  const fs::path path = name;
  const std::string stem = path.stem().string() + "-damaged", extension = path.extension().string();
  std::string aside = stem + extension;
  for (int number = 2; fs::exists(file(aside)); ++number)
    aside = fmt::format("{}-{}{}", stem, number, extension);
  std::error_code error;
  fs::rename(file(name), file(aside), error);
  if (error) throw failure("cannot rename the damaged file " + file(name) + ": " + error.message());
  return aside;
}

}  // namespace orochi
