// MiniRocket: features of series by fixed kernels (Dempster, Schmidt, Webb 2021, "MiniRocket: a very fast
// (almost) deterministic transform for time series classification").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi {

/// A feature is the share of positions at which a convolution exceeds a bias. The 84 kernels have length 9,
/// three weights of 2 and six of -1; each with several dilations, biases being quantiles of its output for
/// training series. Series are cut, or filled with zeros, to one length. Of several channels each convolution
/// adds up a random few.
class MiniRocket {
 public:
  static constexpr Index kernels = 84;
  /// About `features` of them, of series of `length` rows. Randomness is counted by the seed.
  MiniRocket(Index length, Index channels, Index features, std::uint64_t seed);

  Index width() const { return width_; }
  /// Of all features, by the series of training: [width]
  std::vector<Scalar> biases(const Batch& train) const;
  /// Those of sequence b: [width]
  void transform(const Batch& batch, Index b, std::span<const Scalar> biases,
                 std::span<float> features) const;

 private:
  struct Convolution {
    Index dilation = 1;
    std::array<Index, 3> twos{};  // places of the weights of 2
    bool is_padded = false;       // else only positions at which the kernel is within the series
    std::vector<Index> channels;  // that are added up
    std::uint64_t draw = 0;       // below 2^32: which training series it gets its biases of
    Index features = 0;           // one a bias
  };
  /// A series with zeros around: [channels, 2 x length].
  std::vector<float> padded(const Batch& batch, Index b) const;
  /// At the positions that count, of all where the convolution is padded.
  void convolve(const Convolution& convolution, std::span<const float> series,
                std::vector<float>& result) const;

  Index length_, channels_, width_ = 0;
  std::vector<Convolution> convolutions_;
};

}  // namespace orochi
