#include "train/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <orochi/error.hpp>
#include <sstream>
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

void write_text(const std::string& path, const std::string& text) {
  write_whole_file(path, {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::string make_folder(std::string path, bool resume) {
  if (resume && !fs::exists(path + "/last.h5"))
    throw usage_error(
        path +
        " holds no last.h5 to resume from; leave --resume out to start, or name the folder with --run DIR");
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw failure("cannot make the run folder " + path + ": " + error.message() +
                  "; choose another with --run DIR");
  return path;
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

}  // namespace

FileLock::FileLock(const std::string& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  held_ = opened() && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}
FileLock::~FileLock() {
  if (opened()) ::close(descriptor_);
}

RunFolder::RunFolder(std::string path, bool resume)
    : path_(make_folder(std::move(path), resume)), lock_(file("lock")) {
  if (!lock_.opened())
    throw failure("cannot write to the run folder " + path_ + ": " + std::strerror(errno) +
                  "; choose another with --run DIR");
  if (!lock_.held())
    throw usage_error("another process is training in " + path_ +
                      "; wait for it, or choose another folder with --run DIR");
  if (fs::exists(file("config.toml")) && !resume)
    throw usage_error(
        path_ + " holds a run already; go on with it by --resume, or choose another folder with --run DIR");
}

void RunFolder::write_config(const std::string& toml) const { write_text(file("config.toml"), toml); }

void RunFolder::write_environment(const std::string& engine, int threads) const {
  ordered_json facts;
  facts["orochi"] = version;
  facts["compiler"] = __VERSION__;
  facts["kernels"] = engine;
  facts["threads"] = threads;
  facts["cpu"] = cpu_name();
  write_text(file("environment.json"), facts.dump(2) + "\n");
}

void RunFolder::start_metrics(std::uint64_t step) {
  records_.clear();
  std::ifstream existing(file("metrics.jsonl"));
  for (std::string line; std::getline(existing, line);) {
    const ordered_json parsed = ordered_json::parse(line, nullptr, false);
    if (parsed.is_discarded()) break;  // the line that a kill cut short
    const EpochRecord record = from_json(parsed);
    if (record.step > step) break;
    records_.push_back(record);
  }
  std::string lines;
  for (const EpochRecord& record : records_) lines += to_json(record).dump() + "\n";
  write_text(file("metrics.jsonl"), lines);
  write_csv();
}

void RunFolder::append_metrics(const EpochRecord& record) {
  records_.push_back(record);
  std::ofstream(file("metrics.jsonl"), std::ios::app) << to_json(record).dump() << "\n";
  write_csv();
}

void RunFolder::write_csv() const {
  std::string text;
  for (const Column& column : columns()) text += std::string(text.empty() ? "" : ",") + column.name;
  text += "\n";
  for (const EpochRecord& record : records_) {
    std::string row;
    const ordered_json fields = to_json(record);
    for (const auto& [name, value] : fields.items()) {
      const std::string cell = value.dump();
      row += (row.empty() ? "" : ",") + (cell == "null" ? "" : cell);  // NaN
    }
    text += row + "\n";
  }
  write_text(file("metrics.csv"), text);
}

}  // namespace orochi
