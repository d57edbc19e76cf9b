#include "run/faults.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_samples = 5;

std::string describe_location(const Anomaly& fault) {
  std::string text = fault.layer.empty() ? "the model" : "layer " + fault.layer;
  if (!fault.operation.empty()) text += fmt::format(", operation \"{}\"", fault.operation);
  return text +
         fmt::format(", {}: {} is {}", fault.backward ? "backward" : "forward", fault.tensor, fault.value);
}

std::string describe_samples(const FailedStep& failed, const LoadedData& data) {
  const std::vector<std::uint32_t>& samples = failed.fault.samples;
  std::string text;
  for (std::size_t i = 0; i < std::min(samples.size(), most_samples); ++i)
    if (i > 0 && data.train_file(samples[i]) == data.train_file(samples[i - 1]))
      text += fmt::format(", {}", data.train_locations[samples[i]]);
    else
      text += (i > 0 ? ", " : "") + data.train_location(samples[i]);
  return text + fmt::format("{}; {} of the step's {}", samples.size() > most_samples ? ", ..." : "",
                            samples.size(), counted(failed.sequences, "sequence"));
}

}  // namespace

std::vector<std::string> broken_tensors(const Parameters& parameters, std::span<const Scalar> values) {
  std::vector<std::string> names;
  for (const ParameterView& view : parameters.views()) {
    const auto tensor =
        values.subspan(static_cast<std::size_t>(view.offset), static_cast<std::size_t>(view.size));
    if (std::any_of(tensor.begin(), tensor.end(), [](Scalar x) { return !std::isfinite(x); }))
      names.push_back(view.name);
  }
  return names;
}

std::string describe(const FailedStep& failed, const LoadedData& data, const std::string& separator) {
  std::string text;
  if (!failed.broken_weights.empty())
    text += separator +
            fmt::format("weights: {} is not finite since the update before", failed.broken_weights.front());
  if (!failed.fault.samples.empty())
    return text + separator + "first: " + describe_location(failed.fault.first) + separator +
           "samples: " + describe_samples(failed, data);
  text += separator + "each sequence alone gives finite numbers; their sum is too large";
  if (!failed.gradients.empty())
    text += fmt::format(
        " in the gradient of {}{}", failed.gradients.front(),
        failed.gradients.size() > 1 ? fmt::format(" and {} more", failed.gradients.size() - 1) : "");
  return text;
}

}  // namespace orochi
