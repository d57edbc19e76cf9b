// What every reader needs of a file: a place for records and errors.
#include "data/data_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/utf8.hpp"

namespace orochi {
DataFile::~DataFile() = default;

std::string_view FileInMemory::text() {
  const std::string_view text = text_.read(errors_);
  // Where room is files, growing would write all texts several times.
  if (raw_.storage().is_on_disk()) raw_.texts.reserve(text.size());
  return text;
}

void FileInMemory::error(const std::string& what, Index line, Index column) {
  if (mode_.skipped != nullptr && line > 0) {
    mode_.skipped->count += line == last_left_out_ ? 0 : 1;
    last_left_out_ = line;
    return left_out_.add(what, line, column);
  }
  if (column > 0 && errors_.shows_line(line)) column = text_.column_in_file(line, column);
  errors_.add(what, line, column);
}

void FileInMemory::error_in(const Record& record, Index column, const std::string& what) {
  if (what.empty()) return;
  if (record.line == 0 && mode_.skipped != nullptr)
    ++mode_.skipped->count, left_out_.add_sequence(raw_.size(), what);
  else if (record.line == 0)
    errors_.add_sequence(raw_.size(), what);
  else
    error(what, record.line, column);
}

/// Bytes that are not checked yet are looked at.
std::string FileInMemory::text_error(const Record& record, std::string_view text) const {
  if (!record.is_of_text || !text_.is_valid()) {
    const std::size_t broken = std::min(utf8::find_invalid(text), text.find('\0'));
    // What was part of the file has been reported with its byte.
    if (broken != std::string_view::npos)
      return record.is_of_text ? ""
                               : fmt::format("byte {} of the text (0x{:02x}) is not valid UTF-8, or is NUL",
                                             broken + 1, static_cast<unsigned char>(text[broken]));
  }
  return utf8::is_blank(text) ? "the text is empty; expected at least one character" : "";
}

std::string FileInMemory::target_error(const Record& record) const {
  if (!record.is_of_text && utf8::find_invalid(record.target) != std::string_view::npos)
    return fmt::format("label {} is not valid UTF-8; write it anew, or use integers", quote(record.target));
  return targets_.check(record.target);
}

/// Whether the record is whole, and of the shape of the file's first one.
std::string FileInMemory::shape_error(const Record& record) const {
  const Index texts = std::ssize(record.texts), numbers = std::ssize(record.values);
  if ((texts > 0) == (record.channels > 0)) return "expected either texts or numbers";
  if (texts > most_texts) return fmt::format("{}; expected at most {}", counted(texts, "text"), most_texts);
  if (texts == 0 && (numbers == 0 || numbers % record.channels != 0))
    return fmt::format("{} for {}; expected one row or more", counted(numbers, "number"),
                       counted(record.channels, "channel"));
  const Index channels = raw_.channels - (raw_.has_indicator ? 1 : 0);
  if (raw_.size() == 0 || (texts == texts_ && record.channels == channels)) return {};
  return texts_ > 0
             ? fmt::format("{}, but the first record has {}", counted(texts, "text"), texts_)
             : fmt::format("{}, but the first record has {}", counted(record.channels, "channel"), channels);
}

void FileInMemory::take_missing(Record& record) {
  for (float& value : record.values) {
    if (std::isinf(value))
      return error_in(record, 0, "a value is not finite; expected numbers of at most 3.4e38");
    if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();  // one for all: rows are compared
  }
  const std::size_t before = record.values.size();
  // Labels of rows say how many rows there are.
  if (targets_.level() == Level::sequence) take_off_empty_rows(record.values, record.channels);
  if (record.values.empty()) return error_in(record, 0, "every value is missing; leave the sequence out");
  if (mode_.skipped != nullptr && missing_ == Missing::error &&
      !first_missing(record.values, record.channels, 0).empty())
    return error_in(record, 0, "a value is missing; fill it in");
  raw_.missing.shortened += record.values.size() < before ? 1 : 0;
  raw_.missing.add(record.values, record.channels, raw_.size(), record.line > 0 ? 1 : 0);
}

std::string_view FileInMemory::beginning() {
  if (text_.bytes().empty()) text_.read_beginning(path());
  return text_.bytes().substr(0, TextFile::beginning_bytes);
}

void FileInMemory::finish() {
  if (mode_.skipped != nullptr) mode_.skipped->named = left_out_.first(Skipped::most_named);
  if (targets_.are_numbers() && needs_targets() && num_wrong_targets_ * 2 > num_targets_)
    return errors_.replace(fmt::format(
        "{} of {} {}, first {}; {}", grouped(num_wrong_targets_), counted(num_targets_, "target"),
        num_wrong_targets_ == 1 ? "is not a number" : "are not numbers", first_wrong_,
        errors_.is_of_config() ? "set task = \"classification\" where they are names of classes, or name the "
                                 "column of numbers in data.format"
                               : "the model answers with numbers: give a file with such targets"));
  if (raw_.size() == 0 && !left_out_.empty()) errors_.add_report(left_out_.report());
  const MissingCount& missing = raw_.missing;
  if (missing.values == 0 || missing_ != Missing::error) return;
  const std::string all = missing.values == 1
                              ? ""
                              : fmt::format(" ({} of {} are)", counted(missing.values, "value"),
                                            counted(missing.sequences, "sequence"));
  const std::string what = fmt::format(
      "the value at {} is missing{}; {}", missing.place, all,
      errors_.is_of_config()
          ? "set data.missing to \"interpolate\", \"mean\" or \"zero\" to have it filled, or leave the "
            "sequence out"
          : "the model was trained with data.missing = \"error\": fill it in or leave the sequence out");
  if (raw_.lines.empty())
    errors_.add_sequence(missing.first, what);
  else
    errors_.add(what, raw_.lines[as_size(missing.first)]);
}

void FileInMemory::add(Record record) {
  // The reader has reported one of the record's lines, and may have read on.
  if (record.line > 0 && record.line <= last_left_out_) return;
  const Index before = mode_.skipped == nullptr ? 0 : mode_.skipped->count;
  if (const std::string wrong = shape_error(record); !wrong.empty()) return error_in(record, 0, wrong);
  const std::string wrong_target = target_error(record);
  if (!wrong_target.empty() && num_wrong_targets_++ == 0)
    first_wrong_ = fmt::format("{}{}", quote(record.target),
                               record.line > 0 ? fmt::format(" in line {}", record.line) : "");
  ++num_targets_;
  error_in(record, record.target_column, wrong_target);
  for (const std::string& text : record.texts) error_in(record, record.text_column, text_error(record, text));
  const auto is_finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(record.values.begin(), record.values.end(), is_finite)) take_missing(record);
  raw_.has_indicator = has_indicator_ && record.channels > 0;
  if (raw_.has_indicator) add_indicator(record.values, record.channels++);
  if (!(record.weight > 0) || !std::isfinite(static_cast<float>(record.weight)) ||
      static_cast<float>(record.weight) == 0)
    error_in(record, 0, fmt::format("its weight is {}; expected a positive number", record.weight));
  if (mode_.skipped != nullptr && mode_.skipped->count > before) return;
  if (raw_.size() == 0) {
    has_lines_ = record.line > 0;
    texts_ = std::ssize(record.texts);
    raw_.num_texts = std::max<Index>(texts_, 1);
    raw_.channels = record.channels;
  }
  const auto number = raw_.targets.size();
  if (!raw_.weights.empty() || record.weight != 1) {  // all were 1 so far
    raw_.weights.resize(number, 1);
    raw_.weights.push_back(record.weight);
  }
  if (!raw_.groups.empty() || !record.group.empty()) {
    raw_.groups.resize(number);
    raw_.groups.push_back(std::move(record.group));
  }
  if (mode_.keeps_fields) raw_.fields.push_back(std::move(record.fields));
  raw_.targets.push_back(targets_.are_in_file() ? std::move(record.target) : std::string());
  for (const std::string& text : record.texts) raw_.texts.push_back(text);
  if (has_lines_) raw_.lines.push_back(record.line);
  if (record.channels == 0) return;
  raw_.values.insert(raw_.values.end(), record.values.begin(), record.values.end());
  raw_.offsets.push_back(raw_.offsets.back() + std::ssize(record.values) / record.channels);
}

}  // namespace orochi
