// --min-confidence: answers that are sure enough.
#pragma once

#include <optional>
#include <string>

#include <orochi/task.hpp>

#include "cli/command_line.hpp"

namespace orochi {

OptionSpec min_confidence_option(const std::string& what);

/// A usage_error that names the option where the task's answer is not one label with a probability.
void require_one_label(const Task& task, const std::string& option);

/// What the option says, if it is given. A usage_error for what is no probability.
std::optional<double> min_confidence(const Arguments& arguments, const Task& task);

/// The probability of the answer, of such a task.
double confidence_of(const Prediction& prediction);

}  // namespace orochi
