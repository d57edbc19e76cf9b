// What simple models reach, beside a model that was just trained.
#pragma once

#include <string>

#include <orochi/extensions.hpp>

#include "cli/command_line.hpp"

namespace orochi {

/// Of a finished run folder with a best.h5: the best baseline's figure beside the encoder's and which is
/// better, a line each. Where that would take long, or more memory than `max_memory` (as
/// TrainRequest::max_memory) leaves, how to ask for it; with -q, without baselines and where
/// data cannot be read again, nothing. What goes wrong is a note: the training is finished all the same.
std::string baseline_lines(const Arguments& arguments, double max_memory, const std::string& run,
                           const Extensions& extensions);

}  // namespace orochi
