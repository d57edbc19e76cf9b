// A seeded validation set cut from the training file.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

/// Numbers of sequences, ascending.
struct TrainValidation {
  std::vector<std::uint32_t> train, validation;
};

/// The sequences of so many that a fraction asks for: the nearest number, at least 1; 0 for a fraction of 0.
Index validation_share(Index sequences, double fraction);

/// Takes validation_share of all sequences, spread over the classes in proportion by largest remainder (a tie
/// goes to the larger class, then by seed); every class keeps one sequence in train, so there may be fewer.
/// `classes` [B] holds numbers below `num_classes`. Depends on the arguments alone.
TrainValidation stratified_split(std::span<const std::int32_t> classes, Index num_classes, double fraction,
                                 std::uint64_t seed);

}  // namespace orochi
