// Checks of a task: its loss against central differences, and what training relies on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <orochi/task.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What a task of this entry does wrong with these targets, which are written as in a data file (of a task
/// without labels: texts, or cases as .ts files have them), at random outputs; empty if nothing:
/// - the gradient of its loss agrees with central differences;
/// - the losses of two parts of a batch add up to that of the batch, and so do their gradients;
/// - weights of 2 double the loss;
/// - what `text` says of a target is read as the same target; or, without labels, each sequence is asked the
///   same in any part of a batch;
/// - a task that was saved and loaded gives the same loss, metrics and answers;
/// - metrics are as many as registered, scores as many as named.
std::vector<std::string> check_task(const TaskEntry& entry, std::span<const std::string> targets,
                                    std::uint64_t seed);

}  // namespace orochi
#pragma GCC visibility pop
