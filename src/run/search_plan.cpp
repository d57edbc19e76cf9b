#include "run/search_plan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace orochi {
namespace {

constexpr std::uint64_t kept_share = 3;  // of so many trials one goes on
constexpr std::size_t most_rungs = 4;    // the first trains 1/27 of a run

/// To three digits: values for people.
double rounded_value(double value) {
  const std::string text = fmt::format("{:.3g}", value);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::vector<std::uint64_t> rungs_of(std::uint64_t epochs) {
  std::vector<std::uint64_t> rungs{epochs};
  while (rungs.size() < most_rungs && rungs.front() >= 2)
    rungs.insert(rungs.begin(), (rungs.front() + kept_share - 1) / kept_share);
  return rungs;
}

Index trials_of_rung(Index first, std::size_t rung) {
  for (; rung > 0; --rung) first /= static_cast<Index>(kept_share);
  return std::max<Index>(first, 1);
}

double search_epochs(const std::vector<std::uint64_t>& rungs, Index trials) {
  double sum = 0;
  for (std::size_t k = 0; k < rungs.size(); ++k)
    sum += static_cast<double>(trials_of_rung(trials, k)) *
           static_cast<double>(rungs[k] - (k == 0 ? 0 : rungs[k - 1]));
  return sum;
}

Index affordable_trials(const std::vector<std::uint64_t>& rungs, double epochs) {
  Index trials = 0;
  while (trials < most_trials && search_epochs(rungs, trials + 1) <= epochs) ++trials;
  return trials;
}

std::string setting_of(const SearchRange& range, double share) {
  if (!range.values.empty())
    return range.key + "=" +
           range.values[static_cast<std::size_t>(share * static_cast<double>(range.values.size()))];
  if (range.is_integer && !range.is_log)
    return fmt::format("{}={:.0f}", range.key, range.low + std::floor(share * (range.high - range.low + 1)));
  const double value = range.is_log ? range.low * std::pow(range.high / range.low, share)
                                    : range.low + share * (range.high - range.low);
  if (range.is_integer) return fmt::format("{}={:.0f}", range.key, std::round(value));
  return fmt::format("{}={}", range.key, std::clamp(rounded_value(value), range.low, range.high));
}

}  // namespace orochi
