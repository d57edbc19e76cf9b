#include "data/checks.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "data/split.hpp"
#include "data/truncation.hpp"
#include "data/windows.hpp"

namespace orochi {
namespace {

struct Digest {
  std::uint64_t low, high;
  auto operator<=>(const Digest&) const = default;
};

Digest digest_of(const RawSplit& raw, std::uint32_t sequence) {
  const void* start = nullptr;
  std::size_t bytes = 0;
  std::string joined;  // no text has a NUL byte
  if (raw.channels == 0) {
    const std::vector<std::string_view> texts = raw.texts_of(sequence);
    for (const std::string_view text : texts) joined.append(text) += '\0';
    start = joined.data();
    bytes = joined.size();
  } else {
    const Index first = raw.offsets[sequence] * raw.channels;
    const Index last = raw.offsets[sequence + 1] * raw.channels;
    start = raw.values.data() + first;
    bytes = static_cast<std::size_t>(last - first) * sizeof(float);
  }
  const XXH128_hash_t hash = XXH3_128bits(start, bytes);
  return {hash.low64, hash.high64};
}

/// A sequence of a part. In the order of their members equal contents are neighbours, and in theirs.
struct Content {
  Digest digest;
  std::uint32_t part, at;  // at: in Part::rows
  auto operator<=>(const Content&) const = default;
};

std::string location_and_label(std::span<const Part> parts, const Content& content) {
  const RawSplit& raw = parts[content.part].file->raw;
  const std::uint32_t sequence = parts[content.part].rows[content.at];
  return fmt::format("{} ({})", raw.location(sequence), quote(raw.targets[sequence]));
}

std::string is_or_are(Index number, std::string_view singular, std::string_view plural) {
  return std::string(number == 1 ? singular : plural);
}

}  // namespace

void note_shared_content(std::span<const Part> parts, std::vector<std::string>& notes) {
  Column<Content> contents(parts.front().file->raw.storage());
  for (std::uint32_t p = 0; p < parts.size(); ++p)
    for (std::uint32_t at = 0; at < parts[p].rows.size(); ++at)
      contents.push_back({digest_of(parts[p].file->raw, parts[p].rows[at]), p, at});
  std::sort(contents.begin(), contents.end());

  const auto target = [&](const Content& content) -> const std::string& {
    return parts[content.part].file->raw.targets[parts[content.part].rows[content.at]];
  };
  std::vector<std::vector<Index>> shared(parts.size(),
                                         std::vector<Index>(parts.size()));  // by later, earlier
  Index conflicts = 0;
  const Content *first = nullptr, *other = nullptr;  // the first conflict
  for (auto begin = contents.begin(), end = begin; begin != contents.end(); begin = end) {
    end = std::find_if(begin, contents.end(), [&](const Content& c) { return c.digest != begin->digest; });
    std::vector<bool> is_in(parts.size());
    for (auto c = begin; c != end; ++c) {
      is_in[c->part] = true;
      for (std::uint32_t earlier = 0; earlier < c->part; ++earlier)
        shared[c->part][earlier] += is_in[earlier] ? 1 : 0;
    }
    const auto differs =
        std::find_if(begin, end, [&](const Content& c) { return target(c) != target(*begin); });
    if (differs == end) continue;
    ++conflicts;
    if (other == nullptr || std::tie(differs->part, differs->at) < std::tie(other->part, other->at))
      first = &*begin, other = &*differs;
  }
  for (std::size_t p = 0; p < parts.size(); ++p)
    for (std::size_t q = 0; q < p; ++q)
      if (shared[p][q] > 0)
        notes.push_back(fmt::format("{} of {} {} also in {}", grouped(shared[p][q]),
                                    counted(std::ssize(parts[p].rows), parts[p].name + " sequence"),
                                    is_or_are(shared[p][q], "is", "are"), parts[q].name));
  if (conflicts > 0)
    notes.push_back(fmt::format("{} {} two labels, first: {}, {}", counted(conflicts, "sequence"),
                                is_or_are(conflicts, "has", "have"), location_and_label(parts, *first),
                                location_and_label(parts, *other)));
}

void Lengths::count(Index full_length, const DataConfig& config) {
  ++sequences;
  rows += std::min(full_length, most_rows(config));
  longest = std::max(longest, full_length);
  if (full_length <= config.max_length) return;
  ++longer;
  windows += window_count(full_length, config.max_length);
}

void note_lengths(const std::string& name, const Lengths& lengths, const DataConfig& config,
                  std::vector<std::string>& notes) {
  constexpr std::array<const char*, 3> kept{"first rows", "last rows", "first and last rows"};
  notes.push_back(fmt::format("{}: {}, {}, longest {}", name, counted(lengths.sequences, "sequence"),
                              counted(lengths.rows, "row"),
                              grouped(std::min(lengths.longest, most_rows(config)))));
  if (lengths.longer == 0) return;
  const std::string became =
      long_choice.is(config.long_sequences, Long::windows)
          ? fmt::format("became {}", counted(lengths.windows, "window"))
          : fmt::format("{} cut to {} {}", is_or_are(lengths.longer, "was", "were"),
                        is_or_are(lengths.longer, "its", "their"),
                        kept[static_cast<std::size_t>(truncation_choice.value(config.truncation))]);
  notes.push_back(fmt::format("{} of {} {} longer than max_length = {} and {} (longest: {})",
                              grouped(lengths.longer), counted(lengths.sequences, name + " sequence"),
                              is_or_are(lengths.longer, "was", "were"), config.max_length, became,
                              grouped(lengths.longest)));
}

void note_weights_and_groups(const RawSplit& raw, std::vector<std::string>& notes) {
  std::vector<std::string> parts;
  if (!raw.weights.empty()) {
    const auto [least, most] = std::minmax_element(raw.weights.begin(), raw.weights.end());
    parts.push_back(fmt::format("weights from {} to {}", *least, *most));
  }
  std::set<std::string_view> groups(raw.groups.begin(), raw.groups.end());
  const Index alone = std::count(raw.groups.begin(), raw.groups.end(), "");
  groups.erase("");
  if (!groups.empty())
    parts.push_back(counted(std::ssize(groups), "group") +
                    (alone == 0 ? "" : fmt::format(" ({} without one)", counted(alone, "sequence"))));
  if (!parts.empty()) notes.push_back(fmt::format("{}", fmt::join(parts, ", ")));
}

void note_labels_not_validated(const Part& train, const Part& validation, std::span<const std::string> labels,
                               double fraction, std::vector<std::string>& notes) {
  constexpr Index most_named = 5;
  std::vector<Index> count(labels.size(), 0), last(labels.size(), 0);  // [K]
  for (const Part* part : {&train, &validation})
    for (const std::uint32_t i : part->rows) {
      const auto k = static_cast<std::size_t>(train.file->strata[i]);
      ++count[k];
      last[k] = Index{i};
    }
  std::vector<bool> is_validated(labels.size());  // [K]
  for (const std::uint32_t i : validation.rows)
    is_validated[static_cast<std::size_t>(validation.file->strata[i])] = true;
  Index singles = 0, small = 0;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (count[k] > 1 && !is_validated[k]) ++small;
    if (count[k] == 1 && ++singles <= most_named)
      notes.push_back(
          fmt::format("{}: label {} has one sequence, which stays in train: validation has none of it",
                      train.file->raw.location(last[k]), quote(labels[k])));
  }
  if (singles > most_named)
    notes.push_back(fmt::format("and {} more with one sequence", counted(singles - most_named, "label")));
  const Index all = std::ssize(train.rows) + std::ssize(validation.rows),
              asked = validation_share(all, fraction);
  if (small > 0)
    notes.push_back(fmt::format(
        "validation has {} of {} and none of {}: too few for data.validation_fraction = {} of each",
        grouped(std::ssize(validation.rows)), counted(all, "sequence"), counted(small, "label"), fraction));
  if (std::ssize(validation.rows) < asked)
    notes.push_back(fmt::format("validation has {} where data.validation_fraction = {} asks for {}: {}",
                                counted(std::ssize(validation.rows), "sequence"), fraction, grouped(asked),
                                train.file->raw.groups.empty()
                                    ? "each label keeps one sequence in train"
                                    : "groups stay whole, and each label keeps one sequence in train"));
}

}  // namespace orochi
