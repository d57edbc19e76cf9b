#include "train/metrics_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <orochi/error.hpp>
#include <sstream>
#include <utility>
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

std::string csv_head() {
  std::string head;
  for (const Column& column : columns()) head += std::string(head.empty() ? "" : ",") + column.name;
  return head + "\n";
}

/// A line of metrics.csv as one of metrics.jsonl; null where it has another number of cells.
ordered_json parse_cells(const std::string& line) {
  ordered_json result;
  std::istringstream cells(line);
  std::size_t count = 0;
  for (std::string cell; std::getline(cells, cell, ','); ++count) {
    if (count == columns().size()) return nullptr;
    result[columns()[count].name] = cell.empty() ? nullptr : ordered_json::parse(cell, nullptr, false);
  }
  return count == columns().size() ? result : nullptr;
}

/// The records up to epoch `last`, until one that is not whole. A file that is not there has none.
template <class Parse>
std::vector<EpochRecord> read_records(const std::string& path, std::uint64_t last, const Parse& parse,
                                      int head_lines) {
  std::vector<EpochRecord> records;
  std::ifstream file(path);
  std::string line;
  for (int i = 0; i < head_lines; ++i) std::getline(file, line);
  std::uint64_t epoch = 0;
  while (epoch < last && std::getline(file, line) && !file.eof()) {  // eof: its end was cut off
    const ordered_json parsed = parse(line);
    if (!is_record(parsed)) break;
    const EpochRecord record = from_json(parsed);
    if (record.epoch <= epoch || record.epoch > last) break;
    epoch = record.epoch;
    records.push_back(record);
  }
  std::error_code error;
  if (file.bad() || (!file.is_open() && fs::exists(path, error)))
    throw failure("cannot read " + path + ": " + std::strerror(errno));
  return records;
}

}  // namespace

RecordFile::RecordFile(std::string path, std::string head, Format format, Rebuild rebuild, Note note)
    : path_(std::move(path)),
      head_(std::move(head)),
      format_(std::move(format)),
      rebuild_(std::move(rebuild)),
      note_(std::move(note)) {}

std::string RecordFile::lines(const std::vector<EpochRecord>& records) const {
  std::string text;
  for (const EpochRecord& record : records) text += format_(record);
  return text;
}

void RecordFile::start(const std::vector<EpochRecord>& records) {
  const std::string text = head_ + lines(records);
  write_whole_file(path_, bytes_of(text));
  length_ = text.size();
  if (!records.empty()) last_ = records.back().epoch;
}

void RecordFile::append(const EpochRecord& record) {
  waiting_.push_back(record);
  retry();
}

std::string RecordFile::retry() {
  const std::string before = std::exchange(reason_, failure_of([&] { write_waiting(); }));
  tell(note_, path_, before, reason_);
  return reason_;
}

bool RecordFile::changed_by_others() const {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path_, error);
  if (error) return error == std::errc::no_such_file_or_directory;
  const bool tried_before = !reason_.empty();  // that may have left a part of its lines
  return size < length_ || (size > length_ && !tried_before);
}

void RecordFile::write_waiting() {
  if (waiting_.empty()) return;
  if (changed_by_others()) return write_anew();
  const std::string text = lines(waiting_);
  extend_file(path_, length_, bytes_of(text));
  length_ += text.size();
  last_ = waiting_.back().epoch;
  waiting_.clear();
}

void RecordFile::write_anew() {
  std::vector<EpochRecord> records = rebuild_(last_);
  const std::uint64_t found = records.empty() ? 0 : records.back().epoch;
  records.insert(records.end(), waiting_.begin(), waiting_.end());
  const std::uint64_t before = last_;
  start(records);
  waiting_.clear();
  note_(fmt::format(
      "'{}' was changed or removed by another program: it is written anew{}", path_,
      found < before ? fmt::format(", without the epochs {} to {}, which are lost", found + 1, before) : ""));
}

MetricsFiles::MetricsFiles(const std::string& folder, const Note& note)
    : lines_path_(folder + "/metrics.jsonl"),
      table_path_(folder + "/metrics.csv"),
      lines_(
          lines_path_, "", json_line, [this](std::uint64_t last) { return read_fuller(last); }, note),
      table_(
          table_path_, csv_head(), csv_line, [this](std::uint64_t last) { return read_fuller(last); }, note) {
}

std::vector<EpochRecord> MetricsFiles::read(std::uint64_t last) const {
  return read_records(
      lines_path_, last, [](const std::string& line) { return ordered_json::parse(line, nullptr, false); },
      0);
}

std::vector<EpochRecord> MetricsFiles::read_fuller(std::uint64_t last) const {
  std::vector<EpochRecord> lines = read(last), table = read_records(table_path_, last, parse_cells, 1);
  return table.size() > lines.size() ? table : lines;
}

void MetricsFiles::start(const std::vector<EpochRecord>& records) {
  lines_.start(records);
  table_.start(records);
}

void MetricsFiles::append(const EpochRecord& record) {
  lines_.append(record);
  table_.append(record);
}

std::string MetricsFiles::retry() {
  const std::string lines = lines_.retry(), table = table_.retry();
  return lines + (lines.empty() || table.empty() ? "" : "\n") + table;
}

}  // namespace orochi
