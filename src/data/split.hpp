// A seeded validation set cut from the training file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/config.hpp>

namespace orochi {

/// Numbers of sequences, ascending.
struct TrainValidation {
  std::vector<std::uint32_t> train, validation;
  std::vector<std::uint32_t> held_out = {};  // of a file with data.fold
};

/// The sequences of so many that a fraction asks for: the nearest number, at least 1; 0 for a fraction of 0.
Index validation_share(Index sequences, double fraction);

/// Takes validation_share of all sequences, spread over the classes in proportion by largest remainder (a tie
/// goes to the larger class, then by seed); every class keeps one sequence in train, so there may be fewer.
/// `classes` [B] holds numbers below `num_classes`. Depends on the arguments alone.
TrainValidation stratified_split(std::span<const std::int32_t> classes, Index num_classes, double fraction,
                                 std::uint64_t seed);

/// The same where sequences of one group [B] go together; one of the group "" is a group by itself. Largest
/// groups first, equal ones in the order of a shuffle by seed, each goes to validation if the classes' counts
/// there come closer to what stratified_split takes; if none does, the one that misses least.
TrainValidation grouped_split(std::span<const std::int32_t> classes, Index num_classes,
                              std::span<const std::string> groups, double fraction, std::uint64_t seed);

/// One or the other: `groups` may be empty.
TrainValidation split_training(std::span<const std::int32_t> classes, Index num_classes,
                               std::span<const std::string> groups, double fraction, std::uint64_t seed);

/// The fold of each sequence [B], from 0. Groups, largest first and equal ones in the order of a shuffle by
/// seed, class by class, go each to the fold where the classes' counts come closest to `count` equal parts,
/// of equally close ones to the smallest. Without groups, classes and folds are equal parts up to one.
std::vector<Index> draw_folds(std::span<const std::int32_t> classes, Index num_classes,
                              std::span<const std::string> groups, Index count, std::uint64_t seed);

/// A training file as the config divides it: without its fold, and a share of the rest for validation unless
/// data.validation is a file.
TrainValidation split_file(std::span<const std::int32_t> classes, Index num_classes,
                           std::span<const std::string> groups, const DataConfig& config, std::uint64_t seed);

}  // namespace orochi
