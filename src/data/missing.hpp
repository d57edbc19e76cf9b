// Missing numbers: a NaN in place of a value, from reading a file until it is filled, before rows are
// normalized.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>

#include "core/choices.hpp"

namespace orochi {

/// What is missing in the sequences of a file.
struct MissingCount {
  Index values = 0, sequences = 0;  // sequences: that have such values
  Index bare = 0;                   // sequences with a channel that has no value at all
  Index shortened = 0;              // sequences whose last rows had no value at all
  Index first = 0;                  // the first of `sequences`
  std::string place;                // of its first missing value: "row 2, channel 1"

  /// values [T, channels] of sequence number `sequence`; rows and channels are counted from `from`.
  void add(std::span<const float> numbers, Index channels, Index sequence, Index from);
  MissingCount& operator+=(const MissingCount& other);
};

/// The first missing value of [T, channels], or nothing: "row 2, channel 1", counted from `from`.
std::string first_missing(std::span<const float> values, Index channels, Index from);

/// Takes off the last rows of [T, channels] that have no value at all: files pad shorter series so.
void take_off_empty_rows(std::vector<float>& values, Index channels);

/// values [T, channels] become [T, channels + 1]: the last channel is 1 where a row misses a value, else 0.
void add_indicator(std::vector<float>& values, Index channels);

/// Fills [T, channels]. interpolate: by the line between the channel's neighbours in time, at the ends by the
/// nearest; a channel without any value, as by mean. mean: by `means` [channels]. zero: by 0.
void fill_missing(std::span<float> values, Index channels, Missing how, std::span<const float> means);

/// Whether filling needs the channels' means.
inline bool needs_means(Missing how) { return how == Missing::interpolate || how == Missing::mean; }

/// Means of the values that are there, while sequences pass by.
class KnownMeans {
 public:
  explicit KnownMeans(Index channels)
      : sums_(static_cast<std::size_t>(channels)), counts_(static_cast<std::size_t>(channels)) {}

  void add(std::span<const float> values);  // [T, channels]
  /// [channels]; a usage_error where a channel has no value at all.
  std::vector<float> means() const;

 private:
  std::vector<double> sums_;   // [channels]
  std::vector<Index> counts_;  // [channels]
};

/// "filled 2 missing values of 2 sequences by interpolation", and how many sequences became shorter.
void note_missing(const MissingCount& count, Missing how, std::vector<std::string>& notes);

}  // namespace orochi
