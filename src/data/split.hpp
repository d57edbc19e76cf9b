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

/// Takes `fraction` of each class, rounded, for validation: of a class with two or more sequences at least
/// one goes to either side, a single one stays in train. `classes` [B] holds numbers below `num_classes`.
/// Depends on the arguments alone; a fraction of 0 takes nothing.
TrainValidation stratified_split(std::span<const std::int32_t> classes, Index num_classes, double fraction,
                                 std::uint64_t seed);

}  // namespace orochi
