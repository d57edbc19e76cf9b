#include "statistics/suspects.hpp"

#include <algorithm>
#include <limits>

#include "core/as_size.hpp"

namespace orochi {

std::vector<Suspect> suspects_of(const ClassScores& of) {
  const auto k = as_size(of.classes);
  if (of.scores.empty()) return {};
  std::vector<double> usual(k), counts(k);  // mean probability of a class where it is the label
  for (std::size_t i = 0; i < of.labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(of.labels[i]);
    usual[label] += of.scores[i * k + label], counts[label] += 1;
  }
  for (std::size_t c = 0; c < k; ++c)  // of a class that does not occur nothing is known
    usual[c] = counts[c] > 0 ? usual[c] / counts[c] : std::numeric_limits<double>::infinity();
  std::vector<Suspect> found;
  for (std::size_t i = 0; i < of.labels.size(); ++i) {
    const std::span<const double> p = of.scores.subspan(i * k, k);
    const auto label = static_cast<std::size_t>(of.labels[i]);
    std::size_t best = label;
    for (std::size_t c = 0; c < k; ++c)
      if (p[c] > p[best] && p[c] >= usual[c]) best = c;
    if (best != label)
      found.push_back(
          {static_cast<Index>(i), static_cast<Index>(label), static_cast<Index>(best), p[label], p[best]});
  }
  std::stable_sort(found.begin(), found.end(), [](const Suspect& a, const Suspect& b) {
    return a.probability - a.of_other < b.probability - b.of_other;
  });
  return found;
}

}  // namespace orochi
