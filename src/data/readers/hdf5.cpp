#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/child_process.hpp"
#include "data/readers/hdf5_datasets.hpp"

namespace orochi {
namespace {

void check_labels(const RawSplit& raw, const Targets& targets, FileErrors& errors) {
  for (Index i = 0; i < raw.size(); ++i) {
    const std::string& label = raw.targets[static_cast<std::size_t>(i)];
    if (utf8::find_invalid(label) != std::string::npos) {
      errors.add_sequence(
          i, fmt::format("label {} is not valid UTF-8; write it anew, or use integers", quote(label)));
    } else if (const std::string wrong = targets.check(label); !wrong.empty()) {
      errors.add_sequence(i, wrong);
    }
  }
}

/// Whether there are as many of the things that sequences have as sequences.
bool check_counts(const RawSplit& raw, FileErrors& errors) {
  if (static_cast<Index>(raw.offsets.size()) != raw.size() + 1) {
    errors.add(fmt::format("{} and {}; expected one offset more than labels",
                           counted(static_cast<Index>(raw.offsets.size()), "offset"),
                           counted(raw.size(), "label")));
    return false;
  }
  const auto check = [&](Index count, const char* noun) {
    if (count == 0 || count == raw.size()) return true;
    errors.add(fmt::format("{} and {}; expected one {} a sequence", counted(count, noun),
                           counted(raw.size(), "sequence"), noun));
    return false;
  };
  const bool has_weights = check(std::ssize(raw.weights), "weight");
  return check(std::ssize(raw.groups), "group") && has_weights;
}

/// Whether the offsets cut all rows into sequences of one row or more.
bool check_offsets(const RawSplit& raw, FileErrors& errors) {
  const Index rows = static_cast<Index>(raw.values.size()) / raw.channels;
  bool is_whole = raw.offsets.front() == 0 && raw.offsets.back() == rows;
  if (!is_whole) {
    errors.add(fmt::format("offsets run from {} to {}; expected 0 to {}, the number of rows in \"values\"",
                           raw.offsets.front(), raw.offsets.back(), rows));
  }
  for (std::size_t i = 0; i + 1 < raw.offsets.size(); ++i) {
    if (raw.offsets[i] < raw.offsets[i + 1]) continue;
    errors.add_sequence(static_cast<Index>(i),
                        fmt::format("it begins at row {} and ends at row {}; expected one row "
                                    "or more",
                                    raw.offsets[i], raw.offsets[i + 1]));
    is_whole = false;
  }
  return is_whole;
}

/// Labels a row [N] become one text a sequence, as the tasks want them.
void join_labels(RawSplit& raw, FileErrors& errors) {
  const Index rows = static_cast<Index>(raw.values.size()) / raw.channels;
  if (raw.size() != rows)
    return errors.add(
        fmt::format("{} and {}; expected a label a row", counted(raw.size(), "label"), counted(rows, "row")));
  Column<std::string> joined;  // [B]
  for (std::size_t i = 0; i + 1 < raw.offsets.size(); ++i) {
    std::string& labels = joined.emplace_back();
    for (Index row = raw.offsets[i]; row < raw.offsets[i + 1]; ++row) {
      const std::string& label = raw.targets[static_cast<std::size_t>(row)];
      if (label.empty() || label.find(' ') != std::string::npos)
        errors.add_sequence(static_cast<Index>(i),
                            fmt::format("row {} has the label {}; expected one without blanks",
                                        row - raw.offsets[i], quote(label)));
      labels += (labels.empty() ? "" : " ") + label;
    }
  }
  raw.targets = std::move(joined);
}

/// One error a sequence at most.
void check_values(const RawSplit& raw, FileErrors& errors) {
  for (Index i = 0; i < raw.size(); ++i) {
    const auto sequence = static_cast<std::size_t>(i);
    for (Index at = raw.offsets[sequence] * raw.channels; at < raw.offsets[sequence + 1] * raw.channels;
         ++at) {
      const float value = raw.values[static_cast<std::size_t>(at)];
      if (!std::isinf(value)) continue;  // NaN is a missing value
      errors.add_sequence(
          i, fmt::format("row {}, channel {} is {}; expected a finite number (of at most 3.4e38)",
                         at / raw.channels - raw.offsets[sequence], at % raw.channels, value));
      break;
    }
  }
}

/// What goes from the child to this process, for the half of either; false: not all of it came.
template <class Pipe>
bool exchange(Pipe& pipe, std::string& report, RawSplit& raw) {
  auto channels = static_cast<std::uint64_t>(raw.channels);
  if (!pipe.text(report) || !pipe.number(channels)) return false;
  raw.channels = static_cast<Index>(channels);
  for (Column<std::string>* texts : {&raw.targets, &raw.groups}) {
    std::uint64_t count = texts->size();
    if (!pipe.number(count)) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (i == texts->size()) texts->emplace_back();  // not all at once: the count may be wrong
      if (!pipe.text((*texts)[i])) return false;
    }
  }
  return pipe.array(raw.weights) && pipe.array(raw.offsets) && pipe.array(raw.values);
}

/// The child's half: reads, and sends what was found.
void send_datasets(const std::string& path, const Targets& targets, Sender& sender) {
  FileErrors errors(path);
  // No file but this one: a file's contents must not lead to another.
  RawSplit raw = read_hdf5_datasets(path, targets, errors, open_no_more_files);
  std::string report = errors.report();
  exchange(sender, report, raw);
}

/// What the reading child's end says of the file; that memory is short says nothing of it.
void add_or_throw(const ChildEnd& end, int seconds, FileErrors& errors) {
  if (end.kind == ChildEnd::Kind::no_memory)
    throw failure(
        fmt::format("{}: not enough memory to read it{}; give the program more, or use a part of the file",
                    errors.path(), end.what.empty() ? "" : " (" + end.what + ")"));
  errors.add(end.kind == ChildEnd::Kind::too_slow
                 ? fmt::format("libhdf5 took longer than {} over this file, many times what unpacking takes; "
                               "make it anew or copy it again",
                               counted(seconds, "second"))
                 : fmt::format("libhdf5 failed on this file: {}; it is damaged", end.what));
}

}  // namespace

void check_hdf5_contents(RawSplit& raw, const Targets& targets, FileErrors& errors) {
  if (targets.level() == Level::row && targets.are_in_file()) {
    if (!check_offsets(raw, errors)) return;
    join_labels(raw, errors);
    if (!errors.empty()) return;
  }
  check_labels(raw, targets, errors);
  if (check_counts(raw, errors) && check_offsets(raw, errors)) check_values(raw, errors);
}

namespace {

/// What the child has read of the file, checked; or what is wrong with it.
RawSplit read_checked(const Targets& targets, FileErrors& errors) {
  RawSplit raw;
  const std::string& path = errors.path();
  open_file(errors);
  if (!errors.empty()) return raw;
  // Damaged files send libhdf5 round in circles, too. This is many times what unpacking takes.
  const auto seconds = static_cast<int>(2 + std::filesystem::file_size(path) / 50000);
  std::string report;
  const ChildEnd end = run_in_child(
      seconds, [&](Sender& sender) { send_datasets(path, targets, sender); },
      [&](Receiver& receiver) { return exchange(receiver, report, raw); });
  if (end.kind != ChildEnd::Kind::whole) {
    add_or_throw(end, seconds, errors);
  } else if (!report.empty()) {
    errors.add_report(report);
  } else {
    check_hdf5_contents(raw, targets, errors);
  }
  return raw;
}

class Hdf5Reader : public Reader {
 public:
  explicit Hdf5Reader(const Settings&) {}

  bool is_text() const override { return false; }

  void read(DataFile& file) const override {
    FileErrors errors(file.path());
    RawSplit raw = read_checked(file.targets(), errors);
    if (!errors.empty()) return file.report(errors.report());
    for (std::size_t i = 0; i < raw.targets.size(); ++i) {
      Record record;
      record.channels = raw.channels;
      record.target = std::move(raw.targets[i]);
      if (!raw.weights.empty()) record.weight = raw.weights[i];
      if (!raw.groups.empty()) record.group = std::move(raw.groups[i]);
      const auto first = raw.values.begin() + raw.offsets[i] * raw.channels;
      record.values.assign(first, raw.values.begin() + raw.offsets[i + 1] * raw.channels);
      file.add(std::move(record));
    }
  }

  /// A compressed file may hold a thousand times its size: its own figures count.
  FileSize size(const std::string& path) const override {
    constexpr int seconds = 10;
    std::uint64_t numbers = 0, sequences = 0;
    const auto send = [&](Sender& sender) {
      const Hdf5Size claimed = claimed_hdf5_size(path, open_no_more_files);
      sender.number(claimed.numbers);
      sender.number(claimed.sequences);
    };
    const ChildEnd end = run_in_child(seconds, send, [&](Receiver& receiver) {
      return receiver.number(numbers) && receiver.number(sequences);
    });
    if (end.kind != ChildEnd::Kind::whole) return {};
    return {0, static_cast<double>(sequences), static_cast<double>(numbers)};
  }
};

}  // namespace

void add_hdf5(Readers& readers) {
  readers.add<Hdf5Reader>("hdf5",
                          "numbers as the datasets values [N, channels], offsets [B + 1], labels [B]");
}

}  // namespace orochi
