// Which model of transformers computes the same as one of ours.
#pragma once

#include <vector>

#include <orochi/model.hpp>

#include "exchange/families.hpp"
#include "io/config_file.hpp"

namespace orochi {

/// The nearest there is.
struct Counterpart {
  Family family;
  /// What the model has and the family has not: keys, ours and what it would have to be. Empty: they compute
  /// the same.
  std::vector<ConfigChange> differences;
};

Counterpart find_counterpart(const Model& model);

/// Their name of a parameter: of the class with a head where the model has one.
std::string exported_name(const Model& model, const Family& family, const std::string& ours);

}  // namespace orochi
