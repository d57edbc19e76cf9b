// --min-confidence: answers that are sure enough.
#pragma once

#include <optional>
#include <string>

#include <orochi/task.hpp>

#include "cli/command_line.hpp"

namespace orochi {

OptionSpec min_confidence_option(const std::string& what);

/// What the option says, if it is given. A usage_error for what is no probability, and for a task whose
/// answer is not one label with a probability.
std::optional<double> min_confidence(const Arguments& arguments, const Task& task);

/// The probability of the answer, of such a task.
double confidence_of(const Prediction& prediction);

}  // namespace orochi
