// What a report says, as data.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <orochi/model.hpp>

#include "cli/report/data.hpp"

namespace orochi {

struct ReportRequest {
  std::string run, checkpoint;  // the folder, and the file in it
  std::size_t sequences = 6;    // whose maps are drawn
  bool ablation = true;
  int threads = 1;
};

/// run, figures, curves, metrics, errors, sequences, ablation, config ... (page.js draws them). Every text of
/// the user's is inert.
nlohmann::ordered_json report_content(const ReportRequest& request, const Model& trained,
                                      const ReportData& data);

}  // namespace orochi
