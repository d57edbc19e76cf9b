// Several labels of one sequence as the one target that a task parses.
#pragma once

#include <span>
#include <string>

#include <orochi/targets.hpp>

namespace orochi {

/// Puts a list of labels, or numbers, together as `target`; returns what is wrong with them, or nothing.
std::string join_labels(std::span<const std::string> labels, const Targets& targets, std::string& target);

}  // namespace orochi
