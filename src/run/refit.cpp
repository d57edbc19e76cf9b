#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "baseline/linear_model.hpp"
#include "io/toml.hpp"
#include "layers/linear_model.hpp"
#include "run/run_setup.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// The settings by which a run trains on all data of another one.
std::vector<std::string> settings_for_all_data(const Config& config, std::uint64_t epochs) {
  std::vector<std::string> settings{"train.refit=false", "train.patience=0", "train.monitor=\"\"",
                                    fmt::format("train.epochs={}", epochs), "data.validation_fraction=0"};
  if (config.data.validation.empty()) return settings;
  std::vector<std::string> files = config.data.train.files;
  files.push_back(config.data.validation);
  settings.push_back("data.train=" + to_toml(to_value(files)));
  settings.emplace_back("data.validation=\"\"");
  return settings;
}

}  // namespace

TrainResult refit(const TrainRequest& request, TrainResult chosen, const Extensions& extensions,
                  TrainObserver& observer) {
  TrainRequest all = request;
  all.config_path = chosen.run + "/config.toml";
  all.from = all.data = "";
  all.run = chosen.run + "/" + refit_name;
  std::error_code error;
  all.resume = !request.overwrite && fs::exists(all.run + "/config.toml", error);
  const Config config = read_config(all.config_path, {}, extensions);
  all.overrides = settings_for_all_data(config, chosen.best_epoch);
  if (!linear_model_key(config.data).empty()) {
    Model best = Model::load(chosen.model, extensions);
    std::ranges::copy(numbers_of(best, linear_shares), all.linear_shares.begin());
  }
  observer.note(fmt::format("train.refit: the {} that were best, on training and validation data together",
                            chosen.best_epoch == 1 ? "epoch" : fmt::format("{} epochs", chosen.best_epoch)));
  TrainResult again = train(all, extensions, observer);
  chosen.finished = again.finished;
  chosen.seconds += again.seconds;
  chosen.model = again.model;
  chosen.test = again.test;
  chosen.evaluation = std::move(again.evaluation);
  return chosen;
}

}  // namespace orochi
