#include "cli/confidence.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/read_number.hpp"

namespace orochi {

OptionSpec min_confidence_option(const std::string& what) {
  return {"--min-confidence", "P", what + " (default: every answer is given; example: --min-confidence 0.8)"};
}

void require_one_label(const Task& task, const std::string& option) {
  if (task.level() == Level::row || task.answers_list() || task.score_names().empty())
    throw usage_error(option +
                      ": the model's answer is not one label with a probability; leave the option out");
}

std::optional<double> min_confidence(const Arguments& arguments, const Task& task) {
  if (!arguments.has("--min-confidence")) return std::nullopt;
  const std::string text = arguments.text("--min-confidence");
  const auto least = read_number<double>(text);
  if (!least || !(*least >= 0 && *least <= 1))
    throw usage_error(fmt::format("--min-confidence is \"{}\"; allowed: a probability from 0 to 1", text));
  require_one_label(task, "--min-confidence");
  return least;
}

double confidence_of(const Prediction& prediction) {
  return *std::max_element(prediction.scores.begin(), prediction.scores.end());
}

}  // namespace orochi
