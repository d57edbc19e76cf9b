// Simple models beside the encoder, for the report.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <orochi/metrics.hpp>

namespace orochi {

/// What `orochi baseline RUN` wrote into the folder: part, metrics, rows (title, settings, figures; the
/// encoder first) and sentence. Null without such a file, or where it is not as that verb writes it.
nlohmann::ordered_json baselines_content(const std::string& run, const std::vector<MetricInfo>& metrics);

}  // namespace orochi
