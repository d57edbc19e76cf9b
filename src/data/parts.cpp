#include "data/parts.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "data/split.hpp"

namespace orochi {
namespace {

void mark_strata(const Part& part, std::vector<bool>& has) {
  for (const std::uint32_t row : part.rows) has[as_size(part.file->strata[row])] = true;
}

/// What folds are made of: groups, and sequences that are in none.
Index count_units(const RawSplit& raw) {
  const std::set<std::string_view> groups(raw.groups.begin(), raw.groups.end());
  const Index alone = raw.groups.empty() ? raw.size() : std::count(raw.groups.begin(), raw.groups.end(), "");
  return alone + std::ssize(groups) - (groups.contains("") ? 1 : 0);
}

void check_held_out(const Part& test, std::span<const Part> others, const DataConfig& config, Index strata,
                    std::vector<std::string>& notes) {
  const auto refuse = [&](const std::string& why) {
    throw OptionError("data.folds",
                      fmt::format("data.folds is {}, but {}; allowed: at most as many folds as there are "
                                  "sequences or, where it has groups, groups",
                                  config.folds, why));
  };
  // Of each fold, before the first is trained.
  if (const Index units = count_units(test.file->raw); units < config.folds)
    refuse(fmt::format("{} has {}", test.file->raw.path,
                       counted(units, test.file->raw.groups.empty() ? "sequence" : "group")));
  if (test.rows.empty())
    refuse(fmt::format("nothing in {} is left for fold {}", test.file->raw.path, config.fold));
  std::vector<bool> asked(as_size(strata)), seen(as_size(strata));
  mark_strata(test, asked);
  for (const Part& part : others) mark_strata(part, seen);
  Index unseen = 0;
  for (std::size_t k = 0; k < asked.size(); ++k) unseen += asked[k] && !seen[k] ? 1 : 0;
  if (unseen > 0)
    notes.push_back(fmt::format("fold {} has all sequences of {}: its model has never seen one", config.fold,
                                counted(unseen, "label")));
}

void require_validation(const TargetFile& file, const TrainValidation& split, const DataConfig& config,
                        Index strata) {
  if (!split.validation.empty() || config.validation_fraction == 0 || !config.validation.empty()) return;
  if (!file.raw.groups.empty())
    throw usage_error(fmt::format(
        "{}: every group holds all sequences of a label, so data.validation_fraction = {} leaves the "
        "validation set empty; name a data.validation file, or set the fraction to 0",
        file.raw.path, config.validation_fraction));
  throw usage_error(fmt::format(
      "{}: {}, so data.validation_fraction = {} leaves the validation set empty; name a "
      "data.validation file, or set the fraction to 0",
      file.raw.path,
      strata > 1 ? "no label has two sequences" : counted(std::ssize(split.train), "sequence") + " only",
      config.validation_fraction));
}

}  // namespace

Part whole_file(const std::string& name, const TargetFile& file) {
  Part part{name, &file, std::vector<std::uint32_t>(file.raw.targets.size())};
  std::iota(part.rows.begin(), part.rows.end(), 0u);
  return part;
}

std::vector<Part> parts_of(const std::vector<TargetFile>& files, const DataConfig& config,
                           const Targets& targets, std::uint64_t seed, std::vector<std::string>& notes) {
  const TargetFile& file = files.front();
  const Index strata = targets.strata();
  TrainValidation split = split_file(file.strata, strata, file.raw.groups, config, seed);
  require_validation(file, split, config, strata);
  std::vector<Part> parts{{"train", &file, std::move(split.train)},
                          {"validation", &file, std::move(split.validation)}};
  if (config.validation.empty() && config.validation_fraction > 0 && strata > 1)
    note_labels_not_validated(parts[0], parts[1], targets.strata_names(), config.validation_fraction, notes);
  if (config.fold > 0) {
    Part test{"test", &file, std::move(split.held_out)};
    check_held_out(test, parts, config, strata, notes);
    parts.push_back(std::move(test));
  }
  if (!config.validation.empty()) parts[1] = whole_file("validation", files[1]);
  if (!config.test.empty()) parts.push_back(whole_file("test", files.back()));
  return parts;
}

}  // namespace orochi
