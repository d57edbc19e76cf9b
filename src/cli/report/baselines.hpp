// Simple models beside the encoder, for the report.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>

namespace orochi {

/// What `orochi baseline RUN` wrote into the folder: part, metrics, rows (title, settings, figures; the
/// encoder first) and sentence. Without such a file, where it is not as that verb writes it, or of a best.h5
/// of another step, `hint`, which says how to make it; null where this program has no baselines.
nlohmann::ordered_json baselines_content(const std::string& run, const Model& trained);

}  // namespace orochi
