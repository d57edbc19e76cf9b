// MiniRocket: features of series by fixed kernels (Dempster, Schmidt, Webb 2021, "MiniRocket: a very fast
// (almost) deterministic transform for time series classification").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <orochi/dataset.hpp>

#include "baseline/features.hpp"
#include "core/thread_pool.hpp"

namespace orochi {

/// A feature is the share of positions at which a convolution exceeds a bias. The 84 kernels have length 9,
/// three weights of 2 and six of -1; each with several dilations, biases being quantiles of its output for
/// training series. Series are cut, or filled with zeros, to the longest one of training. Of several
/// channels each convolution adds up a random few.
class MiniRocket {
 public:
  static constexpr Index kernels = 84;
  /// About `features` of them. Randomness is counted by the seed.
  MiniRocket(const Sequences& train, Index features, std::uint64_t seed);

  Index width() const { return width_; }
  /// [N, width], the same on any number of threads.
  Table transform(const Sequences& data, ThreadPool& pool) const;

 private:
  struct Convolution {
    Index dilation = 1;
    std::array<Index, 3> twos{};  // places of the weights of 2
    bool is_padded = false;       // else only positions at which the kernel is within the series
    std::vector<Index> channels;  // that are added up
    std::vector<float> biases;
  };
  /// A series with zeros around: [channels, 2 x length].
  std::vector<float> padded(const Sequences& data, Index i) const;
  /// At the positions that count, of all where the convolution is padded.
  void convolve(const Convolution& convolution, std::span<const float> series,
                std::vector<float>& result) const;

  Index length_, channels_, width_ = 0;
  std::vector<Convolution> convolutions_;
};

}  // namespace orochi
