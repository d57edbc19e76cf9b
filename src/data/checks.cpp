#include "data/checks.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "data/split.hpp"

namespace orochi {
namespace {

struct Digest {
  std::uint64_t low, high;
  bool operator==(const Digest&) const = default;
};

struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.low; }
};

Digest digest_of(const RawSplit& raw, std::uint32_t sequence) {
  const void* start = nullptr;
  std::size_t bytes = 0;
  std::string joined;  // no text has a NUL byte
  if (raw.channels == 0) {
    const std::span<const std::string> texts = raw.texts_of(sequence);
    for (const std::string& text : texts.subspan(1)) joined += '\0' + text;
    joined.insert(0, texts.size() > 1 ? texts.front() : "");
    const std::string& whole = texts.size() > 1 ? joined : texts.front();
    start = whole.data();
    bytes = whole.size();
  } else {
    const Index first = raw.offsets[sequence] * raw.channels;
    const Index last = raw.offsets[sequence + 1] * raw.channels;
    start = raw.values.data() + first;
    bytes = static_cast<std::size_t>(last - first) * sizeof(float);
  }
  const XXH128_hash_t hash = XXH3_128bits(start, bytes);
  return {hash.low64, hash.high64};
}

/// Where a content was first seen, and in which parts.
struct Seen {
  const Part* part = nullptr;
  std::uint32_t sequence = 0;
  bool has_conflict = false;
  std::uint32_t in_parts = 0;  // bit p: part p has it
};

std::string location_and_label(const Part& part, std::uint32_t sequence) {
  return fmt::format("{} ({})", part.file->raw.location(sequence), quote(part.file->raw.targets[sequence]));
}

std::string is_or_are(Index number, std::string_view singular, std::string_view plural) {
  return std::string(number == 1 ? singular : plural);
}

/// Conflicting labels, counted while the contents pass by.
struct Conflicts {
  Index count = 0;
  std::string example;

  void check(Seen& seen, const Part& part, std::uint32_t sequence) {
    if (seen.has_conflict || seen.part->file->raw.targets[seen.sequence] == part.file->raw.targets[sequence])
      return;
    seen.has_conflict = true;
    if (count++ == 0) {
      example = fmt::format("{}, {}", location_and_label(*seen.part, seen.sequence),
                            location_and_label(part, sequence));
    }
  }
};

}  // namespace

void note_shared_content(std::span<const Part> parts, std::vector<std::string>& notes) {
  std::unordered_map<Digest, Seen, DigestHash> contents;
  Conflicts conflicts;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Part& part = parts[p];
    std::vector<Index> shared(p, 0);  // [earlier parts]
    for (const std::uint32_t sequence : part.rows) {
      Seen& seen =
          contents.try_emplace(digest_of(part.file->raw, sequence), Seen{&part, sequence}).first->second;
      for (std::size_t q = 0; q < p; ++q) shared[q] += (seen.in_parts >> q) & 1u;
      seen.in_parts |= 1u << p;
      conflicts.check(seen, part, sequence);
    }
    for (std::size_t q = 0; q < p; ++q) {
      if (shared[q] == 0) continue;
      notes.push_back(fmt::format("{} of {} {} also in {}", grouped(shared[q]),
                                  counted(static_cast<Index>(part.rows.size()), part.name + " sequence"),
                                  is_or_are(shared[q], "is", "are"), parts[q].name));
    }
  }
  if (conflicts.count > 0) {
    notes.push_back(fmt::format("{} {} two labels, first: {}", counted(conflicts.count, "sequence"),
                                is_or_are(conflicts.count, "has", "have"), conflicts.example));
  }
}

void Lengths::count(Index full_length, Index max_length) {
  ++sequences;
  rows += std::min(full_length, max_length);
  cut += full_length > max_length ? 1 : 0;
  longest = std::max(longest, full_length);
}

void note_lengths(const std::string& name, const Lengths& lengths, const DataConfig& config,
                  std::vector<std::string>& notes) {
  constexpr std::array<const char*, 3> kept{"first rows", "last rows", "first and last rows"};
  notes.push_back(fmt::format("{}: {}, {}, longest {}", name, counted(lengths.sequences, "sequence"),
                              counted(lengths.rows, "row"),
                              grouped(std::min(lengths.longest, config.max_length))));
  if (lengths.cut == 0) return;
  notes.push_back(fmt::format(
      "{} of {} {} longer than max_length = {} and {} cut to {} {} (longest: {})", grouped(lengths.cut),
      counted(lengths.sequences, name + " sequence"), is_or_are(lengths.cut, "was", "were"),
      config.max_length, is_or_are(lengths.cut, "was", "were"), is_or_are(lengths.cut, "its", "their"),
      kept[static_cast<std::size_t>(truncation_choice.value(config.truncation))], grouped(lengths.longest)));
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
  for (std::size_t i = 0; i < train.file->strata.size(); ++i) {
    const auto k = static_cast<std::size_t>(train.file->strata[i]);
    ++count[k];
    last[k] = static_cast<Index>(i);
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
  const Index all = std::ssize(train.file->strata), asked = validation_share(all, fraction);
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
