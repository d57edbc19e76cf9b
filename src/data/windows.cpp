#include "data/windows.hpp"

#include <algorithm>

#include "core/as_size.hpp"

namespace orochi {

Index window_count(Index rows, Index most) {
  return most == 0 ? 1 : std::max<Index>((rows + most - 1) / most, 1);
}

Windows windows_of(std::span<const Index> offsets, Index most) {
  Windows windows;
  windows.offsets.push_back(offsets.front());
  for (std::size_t b = 0; b + 1 < offsets.size(); ++b) {
    const Index rows = offsets[b + 1] - offsets[b], count = window_count(rows, most);
    for (Index w = 0; w < count; ++w)
      windows.offsets.push_back(windows.offsets.back() + rows / count + (w < rows % count ? 1 : 0));
    windows.first.push_back(std::ssize(windows.offsets) - 1);
  }
  return windows;
}

Batch window_batch(const Batch& batch, const Windows& windows) {
  Batch result = batch;
  result.offsets = windows.offsets;
  result.samples = {};
  result.targets = {};
  result.weights = {};
  result.window = 0;
  return result;
}

Windows windows_of(const Sequences& data, Index i) {
  return windows_of(std::span(data.offsets).subspan(as_size(i), 2), data.window);
}

void cut_windows(Sequences& data) {
  if (data.window == 0) return;
  const Windows windows = windows_of(data.offsets, data.window);
  if (!data.has_row_targets()) {
    Column<double> targets(data.storage());  // [W, target_width]
    Column<float> weights(data.storage());   // [W]
    for (Index b = 0; b < data.size(); ++b) {
      const std::span<const double> target = data.target(b);
      const std::span<const float> own = data.weights_of(b);
      const Index count = windows.first[as_size(b) + 1] - windows.first[as_size(b)];
      for (Index w = 0; w < count; ++w) {
        targets.insert(targets.end(), target.begin(), target.end());
        weights.push_back((own.empty() ? 1 : own.front()) / static_cast<float>(count));
      }
    }
    const bool any = std::ssize(weights) > data.size() || !data.weights.empty();
    data.targets = std::move(targets);
    data.weights = any ? std::move(weights) : Column<float>(data.storage());
  }
  data.offsets.assign(windows.offsets.begin(), windows.offsets.end());
  data.window = 0;
}

Index longest_of(const Sequences& data) {
  Index longest = 0;
  for (Index i = 0; i < data.size(); ++i) longest = std::max(longest, data.length(i));
  return longest;
}

}  // namespace orochi
