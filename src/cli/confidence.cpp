#include "cli/confidence.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <orochi/error.hpp>

namespace orochi {

OptionSpec min_confidence_option(const std::string& what) {
  return {"--min-confidence", "P", what + " (default: every answer is given; example: --min-confidence 0.8)"};
}

std::optional<double> min_confidence(const Arguments& arguments, const Task& task) {
  if (!arguments.has("--min-confidence")) return std::nullopt;
  const std::string text = arguments.text("--min-confidence");
  double least = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), least);
  if (error != std::errc() || end != text.data() + text.size() || !(least >= 0 && least <= 1))
    throw usage_error(fmt::format("--min-confidence is \"{}\"; allowed: a probability from 0 to 1", text));
  if (task.level() == Level::row || task.answers_list() || task.score_names().empty())
    throw usage_error(
        "--min-confidence: the model's answer is not one label with a probability; leave the option out");
  return least;
}

double confidence_of(const Prediction& prediction) {
  return *std::max_element(prediction.scores.begin(), prediction.scores.end());
}

}  // namespace orochi
