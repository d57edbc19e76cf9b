#pragma once

#include <cstdint>
#include <vector>

#include "core/number_watch.hpp"

namespace orochi {

/// Where loss or gradient stopped being finite numbers.
struct StepFault {
  NumberFault first;
  std::vector<std::uint32_t> samples;  // each of which does so alone; empty: only their sum does
};

}  // namespace orochi
