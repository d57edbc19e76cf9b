// What the baselines of a config or of a run folder are fitted to.
#pragma once

#include <string>
#include <vector>

#include "baseline/baseline.hpp"
#include "run/run_data.hpp"

namespace orochi {

/// What is trained by a config, or by the config of a run folder.
RunSetup setup_of_baselines(const std::string& path, const std::vector<std::string>& overrides,
                            const Extensions& extensions);

/// Its splits, with their texts.
struct BaselineData {
  BaselineData(RunSetup of, const std::vector<std::string>& overrides, const Extensions& extensions);
  BaselineData(const BaselineData&) = delete;
  BaselineData& operator=(const BaselineData&) = delete;
  /// Without `only`, `threads` and `note`; it lives as long as this.
  BaselineRequest request() const;

  const RunSetup setup;
  SplitTexts texts;
  const RunData data;

 private:
  std::vector<MetricInfo> metrics_;
  std::size_t chosen_by_;  // among metrics with the loss
};

}  // namespace orochi
