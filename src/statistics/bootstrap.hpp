// How far a figure of a data set would move with other data of the same kind: the bootstrap (Efron 1979).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

/// The middle 95 %; NaN where the figure never was a number.
struct Interval {
  double low = 0, high = 0;
  /// False of NaN, and where all resamples have the same figure: they then say nothing about other data.
  bool is_known() const { return low < high; }
};

/// Of a share that is 0 or 1 in all of `count` sequences, where every resample has the same: the exact
/// interval (Clopper & Pearson 1934), whose far bound solves p^count = 0.025.
Interval interval_at_end(double share, Index count);

/// The numbers of sequences drawn with replacement, as many as there are. [B]
using Resample = std::span<const std::uint32_t>;

struct BootstrapOptions {
  int replicates = 2000;
  std::uint64_t seed = 42;
  int threads = 1;  // the same result on any number; `figures` is then asked from all at once
};

/// The middle 95 % of each of `count` figures over resamples of `size` sequences; replicates in which a
/// figure is not a number are left out. Counted randomness: the same on every machine.
std::vector<Interval> bootstrap(Index size, std::size_t count,
                                const std::function<void(Resample, std::span<double>)>& figures,
                                const BootstrapOptions& options = {});

/// Likewise of one figure.
Interval bootstrap(Index size, const std::function<double(Resample)>& figure,
                   const BootstrapOptions& options = {});

double mean_of(std::span<const double> values);
/// Of the mean.
Interval mean_interval(std::span<const double> values, const BootstrapOptions& options = {});

}  // namespace orochi
