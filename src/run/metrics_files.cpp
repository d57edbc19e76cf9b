#include "run/metrics_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

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

/// Whether it has all columns; a metric may be missing that the version which wrote it did not have.
bool is_record(const Columns& columns, const ordered_json& line) {
  const auto fits = [&](const std::string& column) {
    const auto found = line.find(column);
    if (found == line.end()) return column.starts_with("validation_");
    const bool is_count = column == columns[0] || column == columns[1];
    return is_count ? found->is_number_unsigned() : found->is_number() || found->is_null();
  };
  return line.is_object() && std::all_of(columns.begin(), columns.end(), fits);
}

}  // namespace

std::vector<ordered_json> read_metrics(const std::string& run) {
  std::vector<ordered_json> lines;
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    ordered_json record = ordered_json::parse(line, nullptr, false);
    if (!record.is_object()) break;
    lines.push_back(std::move(record));
  }
  return lines;
}

MetricsFiles::MetricsFiles(const std::string& folder, const Measured& measured, const Note& note)
    : columns_(columns_of(measured)),
      lines_path_(folder + "/metrics.jsonl"),
      table_path_(folder + "/metrics.csv"),
      table_(fmt::format("{}\n", fmt::join(columns_, ","))),
      writer_(note) {}

void MetricsFiles::add(const ordered_json& record) {
  lines_ += record.dump() + "\n";
  std::string row;
  for (const std::string& column : columns_) {
    const std::string cell = record.value(column, ordered_json()).dump();
    row += (row.empty() ? "" : ",") + (cell == "null" ? "" : cell);  // JSON has no NaN
  }
  table_ += row + "\n";
}

std::uint64_t MetricsFiles::read(std::uint64_t last) {
  std::ifstream file(lines_path_);
  std::uint64_t epoch = 0;
  for (std::string line;
       epoch < last && std::getline(file, line) && !file.eof();) {  // eof: its end was cut off
    const ordered_json record = ordered_json::parse(line, nullptr, false);
    if (!is_record(columns_, record)) break;
    const std::uint64_t next = record.at(columns_[0]).get<std::uint64_t>();
    if (next <= epoch || next > last) break;
    epoch = next;
    add(record);
  }
  std::error_code error;
  if (file.bad() || (!file.is_open() && fs::exists(lines_path_, error)))
    throw failure("cannot read " + lines_path_ + ": " + std::strerror(errno));
  return epoch;
}

void MetricsFiles::start() const {
  write_whole_file(lines_path_, bytes_of(lines_));
  write_whole_file(table_path_, bytes_of(table_));
}

void MetricsFiles::append(const EpochRecord& record) {
  add(to_json(columns_, record));
  writer_.write(lines_path_, bytes_of(lines_));
  writer_.write(table_path_, bytes_of(table_));
}

}  // namespace orochi
