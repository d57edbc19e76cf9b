#include "cli/baseline_data.hpp"

#include <filesystem>

#include <orochi/train.hpp>

#include "inference/model_file.hpp"
#include "io/checkpoint.hpp"
#include "run/run_folder.hpp"
#include "run/start.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// The config of several seeds' runs is in their model alone.
RunSetup setup_of_seeds(const std::string& folder, const std::vector<std::string>& overrides,
                        const Extensions& extensions) {
  RunSetup setup;
  setup.config_path = folder + "/best.h5:/config";
  setup.config_text = CheckpointReader(folder + "/best.h5").header().config;
  setup.config =
      parse_saved_config(setup.config_text, setup.config_path, component_schemas(extensions), overrides);
  setup.data_folder = folder;
  return setup;
}

}  // namespace

RunSetup setup_of_baselines(const std::string& path, const std::vector<std::string>& overrides,
                            const Extensions& extensions) {
  const bool is_run = names_run(path);
  if (is_run && !fs::exists(path + "/config.toml") && fs::exists(path + "/best.h5"))
    return setup_of_seeds(path, overrides, extensions);
  RunSetup setup;
  setup.config_path = is_run ? file_of_run(path, "config.toml") : path;
  setup.config = read_config(setup.config_path, overrides, extensions);
  setup.data_folder = folder_of(setup.config_path);
  const auto checkpoint = [&](const std::string& name) {
    return name.empty() ? "" : checkpoint_at((fs::path(setup.data_folder) / name).string());
  };
  setup.start = checkpoint(setup.config.train.from);
  setup.encoder = checkpoint(setup.config.model.init_from);
  return setup;
}

namespace {

RunData load(const RunSetup& setup, const std::vector<std::string>& overrides, const Extensions& extensions,
             SplitTexts& texts) {
  TrainRequest request;
  request.overrides = overrides;
  request.add_labels = request.add_tokens = true;  // where it starts from a checkpoint
  return load_run_data(setup, request, extensions, &texts);
}

}  // namespace

BaselineData::BaselineData(RunSetup of, const std::vector<std::string>& overrides,
                           const Extensions& extensions)
    : setup(std::move(of)),
      data(load(setup, overrides, extensions, texts)),
      metrics_(extensions.tasks.find(setup.config.task.type)->metrics),
      chosen_by_(monitored_metric(all_metrics(*extensions.tasks.find(setup.config.task.type)),
                                  setup.config.train.monitor)) {}

BaselineRequest BaselineData::request() const {
  BaselineRequest request{data.loaded, texts, *data.task, metrics_};
  request.chosen_by = chosen_by_ == 0 ? 0 : chosen_by_ - 1;  // baselines have no loss
  request.seed = setup.config.train.seed;
  return request;
}

}  // namespace orochi
