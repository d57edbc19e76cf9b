// The baseline of tasks with a label a row.
#pragma once

#include "baseline/baseline.hpp"

namespace orochi {

bool has_row_labels(const Task& task, const Sequences& train);

/// Always the most frequent label of a row's token in training or, of a token that training has not, or of
/// numbers, of all rows.
Baseline row_majority(const BaselineRequest& request);

}  // namespace orochi
