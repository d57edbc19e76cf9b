// What a run would take, for people.
#pragma once

#include <string>

#include <orochi/train.hpp>

namespace orochi {

std::string dry_run_text(const DryRun& found);

/// "0.8 s", "3 min 20 s", "2 h 5 min"
std::string duration_text(double seconds);

}  // namespace orochi
