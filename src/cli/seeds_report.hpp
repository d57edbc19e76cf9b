// What `orochi train --seeds` says at the end.
#pragma once

#include <string>

#include <orochi/train.hpp>

#include "cli/command_line.hpp"

namespace orochi {

/// A line a seed, mean and standard deviation, then the members' mean as one model.
std::string seeds_report(const SeedsResult& result);
/// Where they are finished: the commands to go on with.
std::string seeds_next(const Arguments& arguments, const SeedsResult& result);

}  // namespace orochi
