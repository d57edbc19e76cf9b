#include "run/run_setup.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>

#include "core/option_paths.hpp"
#include "data/data_paths.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "run/init_from.hpp"
#include "run/other_file.hpp"
#include "run/resume_point.hpp"
#include "run/run_folder.hpp"
#include "run/start.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Keys that say how long to go on, what to look at or where the data lies now (its checksum says whether it
/// is the same), not what is trained.
bool may_change(const std::string& key) {
  static constexpr std::array<std::string_view, 6> keys{
      "train.epochs", "train.patience", "train.checkpoint_every_steps",
      "data.test",    "data.train",     "data.validation"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// How the config differs from that of the run in the folder.
std::vector<ConfigChange> changes_since(const ResumePoint& point, const RunSetup& setup,
                                        const Extensions& extensions) {
  if (!point.reader) return {};
  const std::string name = setup.folder + "/" + point.name + ":/config";
  const Config before =
      parse_saved_config(point.reader->header().config, name, component_schemas(extensions));
  Config now = setup.config;
  now.data = rebase_paths(now.data, extensions.tokenizers, setup.data_folder, setup.folder);
  for (std::string* start : {&now.train.from, &now.model.init_from})  // whatever it is, the run has it
    if (!start->empty()) *start = start_name;
  return compare_configs(before, now);
}

/// Those that would make another run of it, a line each.
std::string refused_lines(const std::vector<ConfigChange>& changes) {
  std::string refused;
  for (const ConfigChange& change : changes)
    if (!may_change(change.key))
      refused += "\n  " + change.key + ": " + change.before + " -> " + change.after;
  return refused;
}

/// What there is to do about the run in the folder: --resume where the run can go on.
std::string say_held_run(const RunSetup& setup, const Extensions& extensions) {
  const std::string found = setup.folder + " holds a run already";
  try {
    const ResumePoint point = find_resume_point(setup.folder);
    if (const std::string other = refused_lines(changes_since(point, setup, extensions)); !other.empty())
      return fmt::format("{}, of another configuration:{}\n{}", found, other, ways_out);
    const TrainConfig& train = setup.config.train;
    const Progress progress = point.reader ? point.reader->header().progress : Progress();
    if (train.refit && checkpoint_at(setup.folder) == setup.folder + "/best.h5")
      return fmt::format("{}; go on with it by --resume, {}", found, ways_out);
    if (train.patience > 0 && progress.stale_epochs >= static_cast<std::uint64_t>(train.patience))
      return fmt::format("{}, which is finished; {}", found, ways_out);
    if (progress.epoch >= static_cast<std::uint64_t>(train.epochs))
      return fmt::format("{}, which is finished; train it longer by --resume and more train.epochs, {}",
                         found, ways_out);
    return fmt::format("{}; go on with it by --resume, {}", found, ways_out);
  } catch (const Error&) {  // there is nothing to go on from
    return fmt::format("{}; {}", found, ways_out);
  }
}

std::vector<ConfigChange> allowed_changes(const RunSetup& setup, const Extensions& extensions) {
  std::vector<ConfigChange> changes = changes_since(find_resume_point(setup.folder), setup, extensions);
  const std::string refused = refused_lines(changes);
  if (refused.empty()) return changes;
  const bool own_config = setup.config_path == setup.folder + "/config.toml";
  throw usage_error(setup.folder + " was trained with another configuration:" + refused + "\n" +
                    (own_config ? "put that back, on the command line or in " + setup.config_path
                                : "go on with `--resume --run " + setup.folder + "` and no config") +
                    ", or start a new run with --run DIR");
}

/// Where the folder is, whatever links lead there: a ".." behind a link leads elsewhere than its text says.
fs::path without_links(const std::string& folder) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(folder, error);
  if (error || real.is_relative()) real = fs::absolute(folder, error).lexically_normal();
  return real.has_filename() ? real : real.parent_path();
}

/// `folder` (without links) and `path` as one; links within `path` stay as they are named there.
fs::path below(fs::path folder, const fs::path& path) {
  bool leading = true;
  for (const fs::path& part : path) {
    leading = leading && (part == ".." || part == ".");
    if (part == ".") continue;
    folder = leading ? folder.parent_path() : folder / part;
  }
  return folder;
}

/// Makes "-" the path of standard input, which can be read for one file only.
void name_standard_input(DataConfig& data) {
  std::string first;
  visit_paths(data, [&](const std::string& key, std::string& path) {
    if (path != "-" && path != standard_input) return;
    if (!first.empty())
      throw usage_error(
          fmt::format("{} and {} are both standard input, which can be read once; name a file for "
                      "one of them",
                      first, key));
    first = key;
    path = standard_input;
  });
}

}  // namespace

std::string folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

DataConfig rebase_paths(DataConfig data, const Tokenizers& tokenizers, const std::string& from,
                        const std::string& to) {
  const fs::path old_folder = without_links(from), new_folder = without_links(to);
  const auto rebased = [&](const std::string& path) {
    return below(old_folder, path).lexically_relative(new_folder).string();
  };
  visit_paths(data, [&](const std::string&, std::string& path) {
    if (!fs::path(path).is_absolute()) path = rebased(path);
  });
  if (!data.word_vectors.empty() && !fs::path(data.word_vectors).is_absolute())
    data.word_vectors = rebased(data.word_vectors);
  if (const TokenizerEntry* entry = tokenizers.find(data.tokenizer.type); entry != nullptr)
    change_paths(entry->options, data.tokenizer.options, rebased);
  return data;
}

namespace {

/// What model.init_from names; "" also where a key is wrong, which reading the config tells.
std::string named_encoder(const std::string& path, const std::vector<std::string>& overrides,
                          const Extensions& extensions) {
  try {
    return read_keys(path, overrides, component_schemas(extensions)).model.init_from;
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    return "";
  }
}

/// One that has errors may be no config at all.
Config read_config_or_refuse(const std::string& path, const std::vector<std::string>& overrides,
                             const Extensions& extensions) {
  try {
    return read_config(path, overrides, component_schemas(extensions));
  } catch (const Error& error) {
    if (error.code() == ExitCode::usage) refuse_other_file(path);
    throw;
  }
}

/// A config, over the keys of its encoder where it names one. `kept`: the run's own copy of that, in place of
/// it.
Config read_config_of_run(const std::string& path, const std::vector<std::string>& overrides,
                          const Extensions& extensions, const std::string& kept) {
  const std::string named = named_encoder(path, overrides, extensions);
  if (named.empty()) return read_config_or_refuse(path, overrides, extensions);
  const std::string encoder =
      kept.empty() ? named_checkpoint((fs::path(path).parent_path() / named).string()) : kept;
  return read_config_over(encoder, path, overrides, extensions);
}

}  // namespace

Config read_config(const std::string& path, const std::vector<std::string>& overrides,
                   const Extensions& extensions) {
  return read_config_of_run(path, overrides, extensions, "");
}

namespace {

/// Refuses what does not go together.
void check_request(const TrainRequest& request) {
  const auto refuse = [](const char* what) { throw usage_error(what); };
  if (request.from.empty() && !request.data.empty())
    refuse("--data goes with --from; a config names its data itself: data.train=FILE");
  if (request.resume && request.overwrite)
    refuse("--resume goes on with a run and --overwrite replaces it; leave one of them out");
  if (!request.from.empty() && request.resume)
    refuse("--from starts a run and --resume goes on with one; leave one of them out");
  if (!request.from.empty() && !request.config_path.empty())
    throw usage_error(
        fmt::format("--from takes the checkpoint's config; leave \"{}\" out, or set train.from "
                    "in it in place of --from",
                    request.config_path));
  if (request.resume && (request.add_labels || request.add_tokens))
    refuse("labels and tokens are added when a run starts; leave --add-labels and --add-tokens out");
}

/// Of a config that is in a file.
RunSetup setup_from_file(const TrainRequest& request, const Extensions& extensions) {
  RunSetup setup;
  const bool own_config = request.resume && request.config_path.empty();
  if (own_config && request.run.empty())
    throw usage_error("--resume needs the run folder: `orochi train --resume --run DIR`");
  if (!own_config && request.config_path.empty())
    throw usage_error("no configuration is named: `orochi train CONFIG`, for example configs/splice.toml");
  setup.folder = "runs/" + fs::path(request.config_path).stem().string();
  const std::string path = own_config ? file_of_run(request.run, "config.toml") : request.config_path;
  setup.config_path = path;
  if (!request.run.empty()) setup.folder = request.run;
  const std::string kept = setup.folder + "/" + start_name;
  setup.config = read_config_of_run(path, request.overrides, extensions, request.resume ? kept : "");
  setup.data_folder = folder_of(path);
  if (setup.config.model.init_from.empty()) return setup;
  if (!setup.config.train.from.empty())
    throw usage_error(
        "model.init_from and train.from both name a checkpoint to start from; leave one of them out");
  setup.encoder =
      request.resume
          ? kept
          : named_checkpoint((fs::path(setup.data_folder) / setup.config.model.init_from).string());
  return setup;
}

}  // namespace

RunSetup prepare_run(const TrainRequest& request, const Extensions& extensions) {
  check_request(request);
  RunSetup setup = request.from.empty() ? setup_from_file(request, extensions)
                                        : setup_from_checkpoint(request, extensions);
  if (!request.run.empty()) setup.folder = request.run;
  setup.refusal = refusal_of(setup.folder, held_run(request));
  name_standard_input(setup.config.data);
  if (request.resume && !setup.encoder.empty()) setup.config.model.init_from = start_name;
  if (request.resume && !setup.config.train.from.empty()) {  // whatever it started from, the run has it
    setup.config.train.from = start_name;
    setup.start = setup.folder + "/" + start_name;
  } else if (!setup.config.train.from.empty())
    setup.start = named_checkpoint((fs::path(setup.data_folder) / setup.config.train.from).string());
  else if (request.add_labels || request.add_tokens)
    throw usage_error("--add-labels and --add-tokens go with a checkpoint to start from: --from CHECKPOINT");
  if (request.resume)
    setup.changes = allowed_changes(setup, extensions);
  else if (!setup.start.empty())
    refuse_other_model(setup, request, extensions);
  if (!setup.refusal.empty() && holds_run(setup.folder) && request.from.empty())
    setup.refusal = say_held_run(setup, extensions);
  return setup;
}

}  // namespace orochi
