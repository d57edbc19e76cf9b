#include "run/metrics_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "io/whole_file.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

using Columns = std::vector<std::string>;

/// The columns of metrics.csv and the keys of metrics.jsonl, in their order: two integers, then numbers.
Columns columns_of(const Measured& measured) {
  Columns columns{"epoch", "step", "learning_rate", "train_loss", "train_" + measured.score};
  for (const MetricInfo& metric : measured.metrics) columns.push_back("validation_" + metric.name);
  columns.insert(columns.end(), {"gradient_norm", "seconds", "tokens_per_second"});
  return columns;
}

/// What is in the columns after the two integers.
std::vector<double> numbers_of(const EpochRecord& record) {
  std::vector<double> numbers{record.learning_rate, record.train_loss, record.train_score};
  numbers.insert(numbers.end(), record.validation.begin(), record.validation.end());
  numbers.insert(numbers.end(), {record.gradient_norm, record.seconds, record.tokens_per_second});
  return numbers;
}

ordered_json to_json(const Columns& columns, const EpochRecord& record) {
  ordered_json line{{columns[0], record.epoch}, {columns[1], record.step}};
  const std::vector<double> numbers = numbers_of(record);
  for (std::size_t i = 0; i < numbers.size(); ++i) line[columns[i + 2]] = numbers[i];
  return line;
}

EpochRecord from_json(const Columns& columns, const ordered_json& line) {
  std::vector<double> numbers;  // null: JSON has no NaN
  for (const std::string& name : columns)
    numbers.push_back(line.at(name).is_null() ? std::nan("") : line.at(name).get<double>());
  EpochRecord record;
  record.epoch = line.at(columns[0]).get<std::uint64_t>();
  record.step = line.at(columns[1]).get<std::uint64_t>();
  record.learning_rate = numbers[2], record.train_loss = numbers[3], record.train_score = numbers[4];
  record.validation.assign(numbers.begin() + 5, numbers.end() - 3);
  record.gradient_norm = numbers.end()[-3];
  record.seconds = numbers.end()[-2], record.tokens_per_second = numbers.end()[-1];
  return record;
}

/// Whether it has all columns: a line may have been cut short.
bool is_record(const Columns& columns, const ordered_json& line) {
  const auto fits = [&](const std::string& column) {
    const auto found = line.find(column);
    const bool is_count = column == columns[0] || column == columns[1];
    return found != line.end() &&
           (is_count ? found->is_number_unsigned() : found->is_number() || found->is_null());
  };
  return line.is_object() && std::all_of(columns.begin(), columns.end(), fits);
}

std::string csv_line(const Columns& columns, const EpochRecord& record) {
  std::string row;
  const ordered_json fields = to_json(columns, record);
  for (const auto& [name, value] : fields.items()) {
    const std::string cell = value.dump();
    row += (row.empty() ? "" : ",") + (cell == "null" ? "" : cell);  // NaN
  }
  return row + "\n";
}

std::string csv_head(const Columns& columns) { return fmt::format("{}\n", fmt::join(columns, ",")); }

/// A line of metrics.csv as one of metrics.jsonl; null where it has another number of cells.
ordered_json parse_cells(const Columns& columns, const std::string& line) {
  ordered_json result;
  std::istringstream cells(line);
  std::size_t count = 0;
  for (std::string cell; std::getline(cells, cell, ','); ++count) {
    if (count == columns.size()) return nullptr;
    result[columns[count]] = cell.empty() ? nullptr : ordered_json::parse(cell, nullptr, false);
  }
  return count == columns.size() ? result : nullptr;
}

/// The records up to epoch `last`, until one that is not whole. A file that is not there has none.
template <class Parse>
std::vector<EpochRecord> read_records(const std::string& path, const Columns& columns, std::uint64_t last,
                                      const Parse& parse, int head_lines) {
  std::vector<EpochRecord> records;
  std::ifstream file(path);
  std::string line;
  for (int i = 0; i < head_lines; ++i) std::getline(file, line);
  std::uint64_t epoch = 0;
  while (epoch < last && std::getline(file, line) && !file.eof()) {  // eof: its end was cut off
    const ordered_json parsed = parse(line);
    if (!is_record(columns, parsed)) break;
    EpochRecord record = from_json(columns, parsed);
    if (record.epoch <= epoch || record.epoch > last) break;
    epoch = record.epoch;
    records.push_back(std::move(record));
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

MetricsFiles::MetricsFiles(const std::string& folder, const Measured& measured, const Note& note)
    : columns_(columns_of(measured)),
      lines_path_(folder + "/metrics.jsonl"),
      table_path_(folder + "/metrics.csv"),
      lines_(
          lines_path_, "",
          [this](const EpochRecord& record) { return to_json(columns_, record).dump() + "\n"; },
          [this](std::uint64_t last) { return read_fuller(last); }, note),
      table_(
          table_path_, csv_head(columns_),
          [this](const EpochRecord& record) { return csv_line(columns_, record); },
          [this](std::uint64_t last) { return read_fuller(last); }, note) {}

std::vector<EpochRecord> MetricsFiles::read(std::uint64_t last) const {
  return read_records(
      lines_path_, columns_, last,
      [](const std::string& line) { return ordered_json::parse(line, nullptr, false); }, 0);
}

std::vector<EpochRecord> MetricsFiles::read_fuller(std::uint64_t last) const {
  const auto parse = [this](const std::string& line) { return parse_cells(columns_, line); };
  std::vector<EpochRecord> lines = read(last), table = read_records(table_path_, columns_, last, parse, 1);
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
