// What every data reader promises of a file that it accepts.
#pragma once

#include <cmath>

#include <orochi/targets.hpp>

#include "core/utf8.hpp"
#include "data/raw.hpp"
#include "memory_file.hpp"

namespace orochi::fuzz {

/// A label a sequence, as classification has it: without the tasks, which need more than readers.
class Labels : public Targets {
 public:
  Labels() = default;
  /// Or numbers, or a label a row.
  explicit Labels(std::size_t kind) : level_(kind == 1 ? Level::row : Level::sequence), numbers_(kind == 2) {}
  Level level() const override { return level_; }
  bool are_numbers() const override { return numbers_; }
  std::string check(std::string_view target) const override { return label_error(target); }
  void fit(std::span<const std::string>) override {}
  void parse(std::string_view, std::vector<double>& numbers) const override { numbers.push_back(0); }
  std::string text(std::span<const double>) const override { return {}; }
  void save(State&) const override {}
  void load(const State&) override {}
  std::string summary() const override { return {}; }

 private:
  Level level_ = Level::sequence;
  bool numbers_ = false;
};

inline void check_accepted(const RawSplit& raw, bool text) {
  require(!raw.targets.empty() && !raw.location(0).empty());
  for (const std::string& label : raw.targets)
    require(!label.empty() && utf8::find_invalid(label) == std::string::npos);
  if (text) {
    require(raw.texts.size() == raw.targets.size() && raw.lines.size() == raw.targets.size() &&
            raw.channels == 0);
    for (std::size_t i = 0; i < raw.texts.size(); ++i)
      require(utf8::find_invalid(raw.texts[i]) == std::string::npos && !utf8::is_blank(raw.texts[i]));
    return;
  }
  require(raw.channels > 0 && raw.offsets.size() == raw.targets.size() + 1 && raw.offsets.front() == 0);
  for (std::size_t i = 1; i < raw.offsets.size(); ++i) require(raw.offsets[i - 1] < raw.offsets[i]);
  require(static_cast<Index>(raw.values.size()) == raw.offsets.back() * raw.channels);
  for (const float value : raw.values) require(!std::isinf(value));  // NaN: a missing value
}

/// Reads the bytes as a file of this format: errors, or a split that holds together.
inline void read_as(const Component& format, const std::uint8_t* data, std::size_t size) {
  static const MemoryFile file;
  DataConfig config;
  config.format = format;
  FileErrors errors(file.hold(data, size));
  static const Labels labels;
  static const Readers readers = builtin_readers();
  const RawSplit raw = read_raw(config, readers, labels, errors);
  if (errors.empty()) {
    check_accepted(raw, readers.make(config.format)->is_text());
    for (const float value : raw.values)
      require(std::isfinite(value));  // missing ones are an error by default
  } else {
    require(!errors.report().empty());
  }
}

}  // namespace orochi::fuzz
