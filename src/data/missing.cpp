#include "data/missing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

bool is_missing(float value) { return std::isnan(value); }

/// One channel of [T, channels].
void interpolate(std::span<float> values, std::size_t channel, std::size_t channels, float mean) {
  const std::size_t rows = values.size() / channels;
  const auto at = [&](std::size_t row) -> float& { return values[row * channels + channel]; };
  std::size_t next = 0;  // the first row that is not done
  for (std::size_t row = 0; row < rows; ++row) {
    if (is_missing(at(row))) continue;
    for (std::size_t gap = next; gap < row; ++gap) {
      const double low = next == 0 ? at(row) : at(next - 1), high = at(row);
      const double share = static_cast<double>(gap + 1 - next) / static_cast<double>(row + 1 - next);
      at(gap) = static_cast<float>(low + (high - low) * share);
    }
    next = row + 1;
  }
  const float last = next == 0 ? mean : at(next - 1);
  for (std::size_t row = next; row < rows; ++row) at(row) = last;
}

}  // namespace

std::string first_missing(std::span<const float> values, Index channels, Index from) {
  const auto found = std::find_if(values.begin(), values.end(), is_missing);
  if (found == values.end()) return {};
  const Index place = found - values.begin();
  return fmt::format("row {}, channel {}", from + place / channels, from + place % channels);
}

void MissingCount::add(std::span<const float> numbers, Index channels, Index sequence, Index from) {
  const Index missing = std::count_if(numbers.begin(), numbers.end(), is_missing);
  if (missing == 0) return;
  if (sequences == 0) {
    first = sequence;
    place = first_missing(numbers, channels, from);
  }
  values += missing;
  ++sequences;
  for (Index c = 0; c < channels; ++c) {
    Index known = 0;
    for (Index i = c; i < std::ssize(numbers); i += channels)
      known += is_missing(numbers[as_size(i)]) ? 0 : 1;
    if (known > 0) continue;
    ++bare;
    break;
  }
}

MissingCount& MissingCount::operator+=(const MissingCount& other) {
  values += other.values;
  sequences += other.sequences;
  bare += other.bare;
  shortened += other.shortened;
  return *this;
}

void take_off_empty_rows(std::vector<float>& values, Index channels) {
  while (!values.empty() && std::all_of(values.end() - channels, values.end(), is_missing))
    values.resize(values.size() - as_size(channels));
}

void add_indicator(std::vector<float>& values, Index channels) {
  const auto width = as_size(channels);
  std::vector<float> wider;  // [T, channels + 1]
  wider.reserve(values.size() / width * (width + 1));
  for (auto row = values.begin(); row != values.end(); row += channels) {
    wider.insert(wider.end(), row, row + channels);
    wider.push_back(std::any_of(row, row + channels, is_missing) ? 1.0f : 0.0f);
  }
  values = std::move(wider);
}

void fill_missing(std::span<float> values, Index channels, Missing how, std::span<const float> means) {
  if (std::none_of(values.begin(), values.end(), is_missing)) return;
  for (std::size_t c = 0; c < as_size(channels); ++c) {
    const float mean = needs_means(how) ? means[c] : 0;
    if (how == Missing::interpolate) interpolate(values, c, as_size(channels), mean);
    for (std::size_t i = c; i < values.size(); i += as_size(channels))
      if (is_missing(values[i])) values[i] = mean;
  }
}

void KnownMeans::add(std::span<const float> values) {
  for (std::size_t i = 0; i < values.size(); i += sums_.size())
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      if (is_missing(values[i + c])) continue;
      sums_[c] += static_cast<double>(values[i + c]);
      ++counts_[c];
    }
}

std::vector<float> KnownMeans::means() const {
  std::vector<float> means;
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    if (counts_[c] == 0)
      throw usage_error(
          fmt::format("channel {} has no value in the training sequences; leave it out", c + 1));
    means.push_back(static_cast<float>(sums_[c] / static_cast<double>(counts_[c])));
  }
  return means;
}

void note_missing(const MissingCount& count, Missing how, std::vector<std::string>& notes) {
  constexpr std::array<const char*, 4> ways{"", "interpolation", "the channel's training mean", "0"};
  if (count.shortened > 0)
    notes.push_back(
        fmt::format("shortened {} whose last rows had no value", counted(count.shortened, "sequence")));
  if (count.values == 0) return;
  notes.push_back(fmt::format("filled {} of {} by {}", counted(count.values, "missing value"),
                              counted(count.sequences, "sequence"), ways[static_cast<std::size_t>(how)]));
  if (how == Missing::interpolate && count.bare > 0)
    notes.push_back(fmt::format("in {} a channel has no value at all: filled by its training mean",
                                counted(count.bare, "sequence")));
}

}  // namespace orochi
