#include "data/normalize.hpp"

#include <cmath>
#include <limits>

namespace orochi {

void fit_normalization(const Sequences& train, bool enabled, Preprocessing& preprocessing) {
  const auto channels = static_cast<std::size_t>(train.channels);
  preprocessing.channels = train.channels;
  preprocessing.mean.assign(channels, 0.0f);
  preprocessing.deviation.assign(channels, 1.0f);
  if (!enabled || train.values.empty()) return;
  const Column<float>& values = train.values;  // [N, channels]
  const double rows = static_cast<double>(values.size() / channels);
  // Sums of differences from the first row: a constant channel then has a deviation of exactly 0.
  std::vector<double> mean(channels, 0.0);    // [channels], less the first row
  std::vector<double> square(channels, 0.0);  // [channels], sum (x - mean)^2
  for (std::size_t row = 0; row < values.size(); row += channels) {
    for (std::size_t c = 0; c < channels; ++c) mean[c] += static_cast<double>(values[row + c]) - values[c];
  }
  for (double& sum : mean) sum /= rows;
  for (std::size_t row = 0; row < values.size(); row += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const double difference = static_cast<double>(values[row + c]) - values[c] - mean[c];
      square[c] += difference * difference;
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    preprocessing.mean[c] = static_cast<float>(values[c] + mean[c]);
    const auto deviation = static_cast<float>(std::sqrt(square[c] / rows));
    // Below the smallest normal float a division would lose all precision; such a channel counts as constant.
    if (deviation >= std::numeric_limits<float>::min()) preprocessing.deviation[c] = deviation;
  }
}

void normalize(std::span<float> values, std::span<const float> mean, std::span<const float> deviation) {
  for (std::size_t row = 0; row < values.size(); row += mean.size()) {
    for (std::size_t c = 0; c < mean.size(); ++c) {
      values[row + c] = (values[row + c] - mean[c]) / deviation[c];
    }
  }
}

}  // namespace orochi
