// One config trained with several seeds, and the mean of what the models say as one model.
#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "core/as_size.hpp"
#include "core/name_prefix.hpp"
#include "io/checkpoint.hpp"
#include "run/run_data.hpp"
#include "run/run_folder.hpp"
#include "run/run_setup.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

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

std::vector<std::string> settings_of_seed(const Config& config, std::uint64_t seed) {
  return {fmt::format("train.seed={}", seed),
          fmt::format("data.split_seed={}", std::max<std::uint64_t>(split_seed(config), 1))};
}

namespace {

std::string seed_folder(const std::string& run, std::uint64_t seed) {
  return fmt::format("{}/seed-{}", run, seed);
}

/// Runs that are there are gone on with, or replaced, only where that was asked for.
void refuse_held_runs(const TrainRequest& request, const std::string& run, std::uint64_t first, int count) {
  if (request.resume && request.overwrite)
    throw usage_error("--resume goes on with runs and --overwrite replaces them; leave one of them out");
  for (int i = 0; i < count && held_run(request) == HeldRun::refused; ++i)
    if (const std::string folder = seed_folder(run, first + static_cast<std::uint64_t>(i)); holds_run(folder))
      throw usage_error(folder + " holds a run already; go on with the runs of " + run +
                        " by --resume, replace them by --overwrite, or choose another folder with --run DIR");
}

}  // namespace

SeedsResult train_seeds(const TrainRequest& request, int count, const Extensions& extensions,
                        TrainObserver& observer) {
  const Config config = config_of_several(request, "--seeds", extensions);
  SeedsResult result;
  result.run = folder_of_several(request, "");
  refuse_held_runs(request, result.run, config.train.seed, count);
  std::vector<std::string> checkpoints;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = config.train.seed + static_cast<std::uint64_t>(i);
    observer.note(fmt::format("seed {} ({} of {})", seed, i + 1, count));
    result.members.push_back(train_in(seed_folder(result.run, seed), request, settings_of_seed(config, seed),
                                      extensions, observer));
    const TrainResult& member = result.members.back();
    if (!member.finished) return result;
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
