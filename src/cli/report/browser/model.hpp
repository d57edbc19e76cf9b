// A model as a page keeps it, without HDF5: JSON and its parameters.
#pragma once

#include <span>

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>

namespace orochi {

/// {config, state}: all but the parameters.
nlohmann::ordered_json browser_json(const Model& model);

/// The other way round, with the components that a page has. A usage_error for a model of texts with others.
Model browser_model(const nlohmann::ordered_json& json, std::span<const float> parameters);

}  // namespace orochi
