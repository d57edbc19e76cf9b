#pragma once

#include <cstdint>
#include <vector>

#include "core/anomaly_detector.hpp"

namespace orochi {

/// Where loss or gradient stopped being finite numbers.
struct StepFault {
  Anomaly first;
  std::vector<std::uint32_t> samples;  // each of which does so alone; empty: only their sum does
};

}  // namespace orochi
