// Nearest neighbors by the angle between feature rows, or by their distance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baseline/features.hpp"
#include "core/thread_pool.hpp"

namespace orochi {

constexpr std::size_t most_neighbors = 11;

/// The nearest `rows` of train to each asked row of `features`, nearest first, of equal ones the first; fewer
/// than most_neighbors where there are fewer. With `folds`, which train's rows have, only those of another
/// fold count; the asked rows are train's then.
std::vector<std::vector<std::uint32_t>> nearest(const Features& train, std::span<const std::uint32_t> rows,
                                                const Features& features,
                                                std::span<const std::uint32_t> asked, bool by_angle,
                                                ThreadPool& pool, std::span<const int> folds = {});

}  // namespace orochi
