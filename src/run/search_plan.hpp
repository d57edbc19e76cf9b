// What a search tries: how many trials for how long (successive halving), and values of ranges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <orochi/batch.hpp>

#include "io/config_file.hpp"

namespace orochi {

constexpr Index most_trials = 10000;

/// Epochs after which a third goes on: the last one is all `epochs`, each one before a third of that, at
/// least one epoch.
std::vector<std::uint64_t> rungs_of(std::uint64_t epochs);

/// Of the first rung's trials those of a later one: a third each time, at least one.
Index trials_of_rung(Index first, std::size_t rung);

/// What so many first trials take in all, in epochs.
double search_epochs(const std::vector<std::uint64_t>& rungs, Index trials);

/// How many first trials there are so many epochs for.
Index affordable_trials(const std::vector<std::uint64_t>& rungs, double epochs);

/// A value of the range, for a number in [0, 1): "train.learning_rate=0.002".
std::string setting_of(const SearchRange& range, double share);

}  // namespace orochi
