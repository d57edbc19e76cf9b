#include "data/target_file.hpp"

#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/in_table.hpp"

namespace orochi {

void add_at(const RawSplit& raw, std::size_t i, FileErrors& errors,
            const std::function<std::string()>& what) {
  const std::size_t source = raw.source_of(static_cast<Index>(i));
  FileErrors& own = errors.of_file(source);
  if (!raw.lines.empty()) return own.add(own.shows_line(raw.lines[i]) ? what() : "", raw.lines[i]);
  const Index sequence = static_cast<Index>(i) - (raw.sources.empty() ? 0 : raw.sources[source].first);
  own.add_sequence(sequence, own.shows_sequence(sequence) ? what() : "");
}

void fit_targets(const RawSplit& raw, Targets& targets, FileErrors& errors) {
  try {
    in_table("task", [&] { targets.fit(raw.targets); });
  } catch (const OptionError&) {
    throw;
  } catch (const Error& error) {
    errors.add(error.what());
  }
}

namespace {

/// Whoever writes a task may get it wrong, and every target after this one would be another's.
void check_count(const Targets& targets, Index found) {
  const Index width = targets.target_width();
  if (targets.level() == Level::sequence ? found != width : found == 0 || found % width != 0)
    throw failure(fmt::format("[task] expected {} of a target, found {}",
                              targets.level() == Level::sequence
                                  ? counted(width, "number")
                                  : fmt::format("a multiple of {}", counted(width, "number")),
                              found));
}

}  // namespace

void check_shape(const RawSplit& raw, const std::string& other, Index channels, Index texts,
                 FileErrors& errors) {
  const auto compare = [&](Index own, const char* noun, Index expected) {
    if (own != expected)
      errors.add(fmt::format("{}, but {} has {}; expected as many", counted(own, noun), other, expected));
  };
  const Index added = raw.has_indicator ? 1 : 0;
  compare(raw.channels - added, "channel", channels - added);
  if (raw.channels == 0) compare(raw.num_texts, "text", texts);
}

namespace {

/// What is wrong with targets, once for each that comes again.
class WrongTargets {
 public:
  explicit WrongTargets(const RawSplit& raw) : raw_(raw) {}

  void add(std::size_t i, const std::string& what, FileErrors& errors) {
    constexpr std::size_t most_kinds = 1000;  // which are kept
    if (const auto known = kinds_.find(raw_.targets[i]); known != kinds_.end())
      ++known->second.more;
    else if (kinds_.size() < most_kinds)
      kinds_.emplace(raw_.targets[i], Kind{i, what, 0});
    else
      add_at(raw_, i, errors, [&] { return what; });
  }
  void report(FileErrors& errors) const {
    for (const auto& entry : kinds_) {
      const Kind& kind = entry.second;
      add_at(raw_, kind.first, errors, [&] {
        return kind.what + (kind.more == 0   ? ""
                            : kind.more == 1 ? " (1 more record has it)"
                                             : fmt::format(" ({} more records have it)", grouped(kind.more)));
      });
    }
  }

 private:
  struct Kind {
    std::size_t first;  // sequence
    std::string what;
    Index more;
  };
  const RawSplit& raw_;
  std::unordered_map<std::string_view, Kind> kinds_;
};

}  // namespace

void parse_targets(TargetFile& file, const Targets& targets, const Preprocessing& training,
                   FileErrors& errors) {
  const RawSplit& raw = file.raw;
  WrongTargets wrong(raw);
  std::vector<double> numbers;  // of one target
  for (std::size_t i = 0; i < raw.targets.size(); ++i) {
    try {
      numbers.clear();
      if (targets.are_in_file()) {
        targets.parse(raw.targets[i], numbers);
        check_count(targets, std::ssize(numbers));
      }
      file.numbers.insert(file.numbers.end(), numbers.begin(), numbers.end());
    } catch (const Error& error) {
      wrong.add(i, error.what(), errors);
    }
    file.begins.push_back(file.numbers.size());
    const std::span<const double> target = file.target(i);
    file.strata.push_back(target.empty() ? 0 : targets.stratum(target));
  }
  wrong.report(errors);
  check_shape(raw, "the training data", training.channels, training.texts, errors);
}

void refuse_shared_groups(const RawSplit& train, const RawSplit& other, FileErrors& errors) {
  std::unordered_map<std::string_view, Index> first_of;
  for (std::size_t i = 0; i < train.groups.size(); ++i)
    if (!train.groups[i].empty()) first_of.try_emplace(train.groups[i], static_cast<Index>(i));
  for (std::size_t i = 0; i < other.groups.size(); ++i)
    if (const auto found = first_of.find(other.groups[i]); found != first_of.end())
      add_at(other, i, errors, [&] {
        return fmt::format("its group {} is in the training file, too: {}; a group must be in one file",
                           quote(other.groups[i]), train.location(found->second));
      });
}

}  // namespace orochi
