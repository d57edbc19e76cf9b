// One config trained with several seeds, and the mean of what the models say as one model.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "core/as_size.hpp"
#include "core/name_prefix.hpp"
#include "io/checkpoint.hpp"
#include "run/run_data.hpp"
#include "run/run_setup.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

void refuse_folder(const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder + "/config.toml", error))
    throw usage_error(folder +
                      " holds a run of one seed already; choose another folder with --run DIR for several");
}

/// The request for one of the seeds. All have the split of the first.
TrainRequest request_of(const TrainRequest& request, const Config& config, const std::string& folder,
                        std::uint64_t seed) {
  TrainRequest one = request;
  one.run = fmt::format("{}/seed-{}", folder, seed);
  std::error_code error;
  one.resume = fs::exists(one.run + "/config.toml", error);
  one.overrides.push_back(fmt::format("train.seed={}", seed));
  one.overrides.push_back(fmt::format("data.split_seed={}", std::max<std::uint64_t>(split_seed(config), 1)));
  return one;
}

void copy_member(const Parameters& from, Index member, Index members, Parameters& to) {
  const std::string prefix = member_prefix(member, members);
  Scalar* numbers = to.data();
  for (const ParameterView& target : to.views()) {
    if (!begins_with_part(target.name, prefix)) continue;
    const auto source = std::ranges::find(from.views(), within_member(target.name), &ParameterView::name);
    if (source == from.views().end() || source->shape != target.shape)
      throw failure("[ensemble] the members are not models of one config: " + target.name);
    std::copy_n(from.data() + source->offset, source->size, numbers + target.offset);
  }
}

/// The models of these checkpoints as one, whose paths count from `folder`.
Model ensemble_of(const std::vector<std::string>& checkpoints, const std::string& folder,
                  const Extensions& extensions) {
  const auto members = std::ssize(checkpoints);
  Model result;
  for (Index m = 0; m < members; ++m) {
    const std::string& path = checkpoints[as_size(m)];
    Model one = Model::load(path, extensions);
    if (m == 0) {
      Config config = one.config;
      config.model.members = members;
      config.model.init_from = config.train.from = "";  // are files of the members' runs
      config.data = rebase_paths(config.data, extensions.tokenizers, folder_of(path), folder);
      result = Model(config, one.preprocessing, std::move(one.task), extensions);
      result.progress = one.progress;
      result.validation_checksum = one.validation_checksum;
    } else {
      refuse_other_data(CheckpointReader(checkpoints.front()).header(), CheckpointReader(path).header(),
                        "data.train", checkpoints.front());
    }
    copy_member(one.classifier->parameters(), m, members, result.classifier->parameters());
  }
  return result;
}

void measure(Model& model, const std::string& folder, int threads, SeedsResult& result) {
  const Extensions& extensions = model.extensions;
  const std::unique_ptr<Task> task = extensions.tasks.make(model.config.task);
  const LoadedData data = load_data(model.config.data, folder, split_seed(model.config), extensions.readers,
                                    extensions.tokenizers, *task);
  Inference inference(model, threads);
  result.metrics = model.metrics;
  result.validated = data.validation.size() > 0;
  result.tested = data.test.size() > 0;
  if (result.validated)
    result.validation = evaluate(inference, *model.task, data.validation, model.task.get()).metrics;
  if (result.tested) result.test = evaluate(inference, *model.task, data.test).metrics;
}

}  // namespace

SeedsResult train_seeds(const TrainRequest& request, int count, const Extensions& extensions,
                        TrainObserver& observer) {
  if (!request.from.empty()) throw usage_error("--seeds and --from do not go together; name a config");
  const Config config = read_config(request.config_path, request.overrides, extensions);
  if (std::ranges::find(config.data.train.files, "-") != config.data.train.files.end())
    throw usage_error("data.train is standard input, which can be read once; name a file for --seeds");
  SeedsResult result;
  result.run = request.run.empty() ? "runs/" + fs::path(request.config_path).stem().string() : request.run;
  refuse_folder(result.run);
  std::vector<std::string> checkpoints;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = config.train.seed + static_cast<std::uint64_t>(i);
    observer.note(fmt::format("seed {} ({} of {})", seed, i + 1, count));
    result.members.push_back(train(request_of(request, config, result.run, seed), extensions, observer));
    const TrainResult& member = result.members.back();
    if (!member.finished) return result;
    if (member.best_step == 0) throw failure(member.run + " has no best.h5: no epoch of it was measured");
    checkpoints.push_back(member.model);
  }
  Model ensemble = ensemble_of(checkpoints, result.run, extensions);
  measure(ensemble, result.run, request.threads > 0 ? request.threads : available_threads(), result);
  result.model = result.run + "/best.h5";
  ensemble.save(result.model);
  result.finished = true;
  return result;
}

}  // namespace orochi
