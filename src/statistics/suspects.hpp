// Labels that are likely wrong.
#pragma once

#include <vector>

#include "statistics/score_figures.hpp"

namespace orochi {

struct Suspect {
  Index item = 0;
  Index label = 0, other = 0;            // the class that was given, and the one that is more likely
  double probability = 0, of_other = 0;  // of the label that was given, and of that class
};

/// Confident learning (Northcutt, Jiang & Chuang 2021): items for which another class is more probable than
/// the label, and at least as probable as it is on average where it is the label. By rising difference of the
/// two probabilities.
std::vector<Suspect> suspects_of(const ClassScores& of);

}  // namespace orochi
