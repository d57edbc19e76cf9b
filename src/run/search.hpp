// Many settings of one config, tried for a while, of which the best go on (successive halving).
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <orochi/train.hpp>

namespace orochi {

/// What a search may take: seconds, or optimizer steps of the config as it is.
struct SearchBudget {
  double seconds = 0;
  std::uint64_t steps = 0;  // 0: seconds count
};

struct SearchTrial {
  Index number = 1;                        // 1: the config as it is
  std::vector<std::string> settings = {};  // KEY=VALUE
  std::string folder = {};
  std::size_t rungs = 0;         // that it went through
  std::uint64_t epochs = 0;      // trained
  double figure = std::nan("");  // of train.monitor on the validation data, the best epoch's
  std::string failure = {};      // why it could not be trained
};

struct SearchResult {
  std::string run;                   // folder of the trials' folders
  std::vector<SearchTrial> trials;   // what went furthest first, of those the best first
  std::vector<std::uint64_t> rungs;  // epochs after which a third goes on; the last is a whole run
  MetricInfo monitor;
  std::string config;     // RUN/best.toml, the config with the best settings
  bool finished = false;  // false: stopped, or the time was up
};

/// "train.learning_rate=0.002 model.num_layers=3".
std::string settings_text(const SearchTrial& trial);

/// "trial 3: validation accuracy 0.9120 after 6 epochs, train.learning_rate=0.002".
std::string trial_text(const SearchTrial& trial, const MetricInfo& monitor);

/// Draws trials from [search] of the config, keyed by train.seed and the trial's number, and trains them in
/// RUN/trial-1, RUN/trial-2, ..., one a thread (Li et al. 2018, one bracket of Hyperband). Trials that are
/// there already are gone on with. Test data is not read. Throws a usage_error where there is nothing to
/// search, no validation data, or too little budget.
SearchResult search(const TrainRequest& request, SearchBudget budget, const Extensions& extensions,
                    TrainObserver& observer);

}  // namespace orochi
