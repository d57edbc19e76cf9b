#include "layers/mini_rocket.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/as_size.hpp"
#include "data/split_mix.hpp"

namespace orochi {
namespace {

constexpr Index kernel_length = 9, half = kernel_length / 2, most_dilations = 32;
constexpr std::uint64_t stream = ~std::uint64_t{2};

/// Dilations from 1 to what a series has room for, evenly by their logarithm, each with a share of the
/// features of a kernel.
std::vector<std::pair<Index, Index>> dilations(Index length, Index features) {
  const Index steps = std::min(features, most_dilations);
  const double most = std::log2(static_cast<double>(length - 1) / (kernel_length - 1));
  std::vector<std::pair<Index, Index>> result;
  for (Index s = 0; s < steps; ++s) {
    const double exponent = steps == 1 ? 0 : most * static_cast<double>(s) / static_cast<double>(steps - 1);
    const auto dilation = static_cast<Index>(std::exp2(exponent) + 1e-9);
    const Index own = features / steps + (s < features % steps ? 1 : 0);
    if (!result.empty() && result.back().first == dilation)
      result.back().second += own;
    else
      result.emplace_back(dilation, own);
  }
  return result;
}

/// A few of the channels: at most nine, about as often few as many by the logarithm.
std::vector<Index> draw_channels(Index channels, SplitMix& random) {
  const double most = std::log2(static_cast<double>(std::min(channels, kernel_length) + 1));
  const double uniform = static_cast<double>(random.next() >> 11) * 0x1p-53;
  const auto count = as_size(std::clamp(static_cast<Index>(std::exp2(uniform * most)), Index{1}, channels));
  std::vector<std::uint32_t> order(as_size(channels));
  std::iota(order.begin(), order.end(), 0u);
  random.shuffle(order);
  std::vector<Index> drawn(order.begin(), order.begin() + static_cast<Index>(count));
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace

MiniRocket::MiniRocket(Index length, Index channels, Index features, std::uint64_t seed)
    : length_(std::max(length, kernel_length)), channels_(channels) {  // a kernel must fit
  SplitMix random(seed, stream);
  for (const auto& [dilation, count] : dilations(length_, std::max<Index>(features / kernels, 1)))
    for (Index a = 0, number = 0; a < kernel_length; ++a)
      for (Index b = a + 1; b < kernel_length; ++b)
        for (Index c = b + 1; c < kernel_length; ++c, ++number) {
          const bool is_padded = (number + std::ssize(convolutions_) / kernels) % 2 == 0;
          std::vector<Index> drawn = draw_channels(channels_, random);
          convolutions_.push_back(
              {dilation, {a, b, c}, is_padded, std::move(drawn), random.next() >> 32, count});
          width_ += count;
        }
}

std::vector<Scalar> MiniRocket::biases(const Batch& train) const {
  const double golden = (std::sqrt(5.0) + 1) / 2;
  std::vector<Scalar> biases;
  std::vector<float> output;
  for (const Convolution& convolution : convolutions_) {
    const std::uint64_t sample = (convolution.draw * static_cast<std::uint64_t>(train.num_sequences())) >> 32;
    convolve(convolution, padded(train, static_cast<Index>(sample)), output);
    std::sort(output.begin(), output.end());
    for (Index n = 0; n < convolution.features; ++n) {  // quantiles of low discrepancy
      const double at = std::fmod(static_cast<double>(std::ssize(biases) + 1) * golden, 1.0);
      const auto place = static_cast<std::size_t>(at * static_cast<double>(output.size()));
      biases.push_back(output[std::min(place, output.size() - 1)]);
    }
  }
  return biases;
}

std::vector<float> MiniRocket::padded(const Batch& batch, Index b) const {
  std::vector<float> series(as_size(channels_ * 2 * length_));
  const Index rows = std::min(batch.length(b), length_);
  for (Index t = 0; t < rows; ++t)
    for (Index c = 0; c < channels_; ++c)
      series[as_size(c * 2 * length_ + length_ / 2 + t)] =
          batch.values[as_size((batch.first_row(b) + t) * channels_ + c)];
  return series;
}

void MiniRocket::convolve(const Convolution& convolution, std::span<const float> series,
                          std::vector<float>& result) const {
  const Index reach = half * convolution.dilation;
  const Index first = convolution.is_padded ? 0 : reach;
  const Index count = length_ - 2 * first;
  result.assign(as_size(count), 0);
  for (const Index channel : convolution.channels) {
    const float* middle = series.data() + channel * 2 * length_ + length_ / 2 + first;
    for (Index place = 0; place < kernel_length; ++place) {
      const bool is_two =
          std::find(convolution.twos.begin(), convolution.twos.end(), place) != convolution.twos.end();
      const float weight = is_two ? 2 : -1;
      const float* x = middle + (place - half) * convolution.dilation;
      for (Index t = 0; t < count; ++t) result[as_size(t)] += weight * x[t];
    }
  }
}

void MiniRocket::transform(const Batch& batch, Index b, std::span<const Scalar> biases,
                           std::span<float> features) const {
  const std::vector<float> series = padded(batch, b);
  std::vector<float> output;
  std::size_t f = 0;
  for (const Convolution& convolution : convolutions_) {
    convolve(convolution, series, output);
    for (Index n = 0; n < convolution.features; ++n, ++f) {
      const auto bias = static_cast<float>(biases[f]);
      Index above = 0;
      for (const float value : output) above += value > bias;
      features[f] = static_cast<float>(above) / static_cast<float>(output.size());
    }
  }
}

}  // namespace orochi
