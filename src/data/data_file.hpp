// A data file whose records are kept in memory.
#pragma once

#include <string>
#include <string_view>

#include <orochi/reader.hpp>

#include "core/choices.hpp"
#include "data/raw.hpp"
#include "data/text_file.hpp"

namespace orochi {

/// Fills `raw` with the records and `errors` with the errors.
class FileInMemory : public DataFile {
 public:
  FileInMemory(const DataConfig& config, const Targets& targets, RawSplit& raw, FileErrors& errors,
               ReadMode mode = {})
      : mode_(mode),
        missing_(missing_choice.value(config.missing)),
        has_indicator_(config.missing_indicator),
        encoding_(config.encoding),
        targets_(targets),
        raw_(raw),
        errors_(errors),
        left_out_(errors.path(), errors.is_of_config() ? PathFrom::config : PathFrom::command_line),
        text_(encoding_choice.value(config.encoding), raw.storage()) {}

  const std::string& path() const override { return errors_.path(); }
  std::string_view text() override;
  void add(Record record) override;
  void error(const std::string& what, Index line = 0, Index column = 0) override;
  void report(const std::string& lines) override { errors_.add_report(lines); }
  bool is_good() const override { return errors_.empty(); }
  const Targets& targets() const override { return targets_; }
  bool needs_targets() const override { return mode_.needs_targets && targets_.are_in_file(); }
  bool is_of_config() const override { return errors_.is_of_config(); }
  bool keeps_fields() const override { return mode_.keeps_fields; }
  void name_fields(std::vector<std::string> names) override { raw_.field_names = std::move(names); }
  const std::string& encoding() const override { return encoding_; }
  /// What can be said once all records are there.
  void finish();
  /// The first bytes of the file, unpacked where its text was read.
  std::string_view beginning();

 private:
  /// Nothing where `what` is empty.
  void error_in(const Record& record, Index column, const std::string& what);
  std::string shape_error(const Record& record) const;
  std::string target_error(const Record& record) const;
  std::string text_error(const Record& record, std::string_view text) const;
  /// Where not all values are finite.
  void take_missing(Record& record);

  const ReadMode mode_;
  const Missing missing_;
  const bool has_indicator_;
  const std::string encoding_;
  const Targets& targets_;
  RawSplit& raw_;
  FileErrors& errors_;
  FileErrors left_out_;      // in place of errors_: why records were left out
  Index last_left_out_ = 0;  // line
  TextFile text_;
  bool has_lines_ = false;  // of the first record
  Index texts_ = 0;         // of the first record
  Index num_targets_ = 0, num_wrong_targets_ = 0;
  std::string first_wrong_;  // target, and its line
};

}  // namespace orochi
