// One config, or two, trained without each part of the training file in turn.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "io/config_file.hpp"
#include "run/run_setup.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Of all folds, whose validation data is a share of what is not held out.
std::vector<std::string> settings_of_folds(const Config& config, Index folds) {
  std::vector<std::string> settings{"data.test=\"\"", "data.validation=\"\"",
                                    fmt::format("data.folds={}", folds)};
  if (!config.data.validation.empty())
    settings.push_back(fmt::format("data.validation_fraction={}", DataConfig().validation_fraction));
  return settings;
}

void note_files(const DataConfig& data, TrainObserver& observer) {
  for (const auto& [key, path] : {std::pair("data.validation", data.validation), {"data.test", data.test}})
    if (!path.empty())
      observer.note(fmt::format("{} = {} is not used: each fold is measured on a part of the training file",
                                key, path));
}

/// The training files of a config, whatever links lead there.
std::vector<fs::path> files_of(const TrainRequest& request, const Config& config) {
  std::vector<fs::path> files;
  for (const std::string& file : config.data.train.files)
    files.push_back(fs::weakly_canonical(folder_of(request.config_path) / fs::path(file)));
  return files;
}

}  // namespace

Config config_of_several(const TrainRequest& request, const std::string& why, const Extensions& extensions) {
  if (!request.from.empty())
    throw usage_error(fmt::format("{} and --from do not go together; name a config", why));
  if (request.config_path.empty())
    throw usage_error(fmt::format("no configuration is named, which {} needs, with --resume, too", why));
  Config config = read_config(request.config_path, request.overrides, extensions);
  if (std::ranges::find(config.data.train.files, "-") != config.data.train.files.end())
    throw usage_error(
        fmt::format("data.train is standard input, which can be read once; name a file for {}", why));
  return config;
}

std::string folder_of_several(const TrainRequest& request, const std::string& ending) {
  const std::string folder =
      request.run.empty() ? "runs/" + fs::path(request.config_path).stem().string() + ending : request.run;
  std::error_code error;
  if (fs::exists(folder + "/config.toml", error))
    throw usage_error(folder +
                      " holds a single run already; choose another folder with --run DIR for several");
  return folder;
}

namespace {

/// A run that is there may only be gone on with as it was begun: other lengths, which a single run's resume
/// allows, would be another run than the same command makes in an empty folder.
void refuse_other_config(const TrainRequest& request, const Extensions& extensions) {
  constexpr std::array<std::string_view, 6> paths{"data.train",        "data.validation", "data.test",
                                                  "data.word_vectors", "train.from",      "model.init_from"};
  const Config before = read_config(request.run + "/config.toml", {}, extensions),
               now = read_config(request.config_path, request.overrides, extensions);
  std::string others;
  for (const ConfigChange& change : compare_configs(before, now))
    if (std::ranges::find(paths, change.key) == paths.end() && !change.key.starts_with("data.tokenizer"))
      others += fmt::format("\n  {}: {} -> {}", change.key, change.before, change.after);
  if (!others.empty())
    throw usage_error(
        fmt::format("{} was trained with another configuration:{}\nchoose another folder with --run DIR",
                    request.run, others));
}

}  // namespace

TrainResult train_in(const std::string& folder, const TrainRequest& request,
                     const std::vector<std::string>& settings, const Extensions& extensions,
                     TrainObserver& observer) {
  TrainRequest one = request;
  one.run = folder;
  std::error_code error;
  one.resume = !request.overwrite && fs::exists(folder + "/config.toml", error);
  one.overrides.insert(one.overrides.end(), settings.begin(), settings.end());
  if (one.resume) refuse_other_config(one, extensions);
  TrainResult result = train(one, extensions, observer);
  if (result.finished && result.best_step == 0)
    throw failure(folder + " has no best.h5: no epoch of it was measured");
  return result;
}

CrossValidation cross_validate(const TrainRequest& request, Index folds, const Extensions& extensions,
                               TrainObserver& observer) {
  const Config config = config_of_several(request, "cross-validation", extensions);
  CrossValidation result;
  result.run = folder_of_several(request, "-cv");
  note_files(config.data, observer);
  std::vector<std::string> settings = settings_of_folds(config, folds);
  settings.emplace_back();
  for (Index fold = 1; fold <= folds; ++fold) {
    observer.note(fmt::format("fold {} of {}", fold, folds));
    settings.back() = fmt::format("data.fold={}", fold);
    result.folds.push_back(
        train_in(fmt::format("{}/fold-{}", result.run, fold), request, settings, extensions, observer));
    if (!result.folds.back().finished) return result;
    result.tasks.push_back(std::move(Model::load(result.folds.back().model, extensions).task));
  }
  result.finished = true;
  return result;
}

PairedRuns cross_validate_both(const std::string& folder, const TrainRequest& a, const TrainRequest& b,
                               Index folds, Index seeds, const Extensions& extensions,
                               TrainObserver& observer) {
  const Config first = config_of_several(a, "compare", extensions),
               second = config_of_several(b, "compare", extensions);
  const auto refuse = [&](const char* key) {
    throw usage_error(
        fmt::format("{} and {} have another {}: folds would not be the same; change one of them",
                    a.config_path, b.config_path, key));
  };
  if (files_of(a, first) != files_of(b, second)) refuse("data.train");
  if (first.task.type != second.task.type) refuse("task");
  PairedRuns result;
  for (Index i = 0; i < seeds; ++i) {
    const std::uint64_t seed = first.train.seed + static_cast<std::uint64_t>(i);
    const auto run = [&](TrainRequest request, const char* name) {
      observer.note(fmt::format("{}: {}, seed {}", name, request.config_path, seed));
      request.run = fmt::format("{}/{}/seed-{}", folder, name, seed);
      const std::vector<std::string> settings = settings_of_seed(first, seed);
      request.overrides.insert(request.overrides.end(), settings.begin(), settings.end());
      return cross_validate(request, folds, extensions, observer);
    };
    result.a.push_back(run(a, "a"));
    if (!result.a.back().finished) return result;
    result.b.push_back(run(b, "b"));
    if (!result.b.back().finished) return result;
  }
  result.finished = true;
  return result;
}

}  // namespace orochi
