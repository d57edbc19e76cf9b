// Linear models of one column, by liblinear (Fan et al. 2008).
#pragma once

#include <span>
#include <vector>

#include <linear.h>

#include <orochi/batch.hpp>

namespace orochi {

/// Fits liblinear's `solver` to the rows, once for each column of what is `wanted` of them, and gives the
/// models' decisions [columns, asked] of the rows asked. May be called from several threads: liblinear draws
/// from the process's rand(), so each call has a process of its own, and each fit the same seed.
std::vector<float> linear_decisions(int solver, double cost, std::span<feature_node*> rows,
                                    std::span<const std::vector<double>> wanted, Index features,
                                    std::span<const feature_node* const> asked);

/// The weights of such a model of one column, that of the constant last. [features]
std::vector<float> linear_weights(int solver, double cost, std::span<feature_node*> rows,
                                  const std::vector<double>& wanted, Index features);

}  // namespace orochi
