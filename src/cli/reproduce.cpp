// orochi reproduce: trains a run again and says whether it comes to the same bits.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/train.hpp>

#include "cli/progress.hpp"
#include "cli/stop_signals.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/file_errors.hpp"
#include "io/checkpoint.hpp"
#include "run/metrics_files.hpp"
#include "run/run_folder.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// Figures that say how a session went, not what was trained: a resumed run's mean norm covers a part of an
/// epoch.
constexpr std::array<std::string_view, 3> of_the_session{"seconds", "tokens_per_second", "gradient_norm"};

/// "epoch 3 (step 171): train_loss 0.51 there, 0.52 here"; or nothing. Of a resumed run the mean norm covers
/// a part of an epoch.
std::string first_difference(const std::string& run, const std::string& again) {
  const std::vector<ordered_json> there = read_metrics(run), here = read_metrics(again);
  for (std::size_t e = 0; e < std::min(there.size(), here.size()); ++e)
    for (const auto& [key, value] : there[e].items()) {
      if (std::ranges::find(of_the_session, key) != of_the_session.end()) continue;
      if (here[e].contains(key) && here[e][key] == value) continue;
      return fmt::format("epoch {} (step {}): {} {} there, {} here", e + 1, there[e].value("step", 0), key,
                         value.dump(), here[e].contains(key) ? here[e][key].dump() : "none");
    }
  return there.size() == here.size() ? ""
                                     : fmt::format("{} epochs there, {} here", there.size(), here.size());
}

/// All tensors of a checkpoint's parameters, one after another.
std::vector<float> parameters_of(const std::string& path) {
  const CheckpointReader reader(path);
  std::vector<TensorSlot> slots = reader.slots("parameters");
  Index size = 0;
  for (TensorSlot& slot : slots) {
    slot.offset = size;
    Index count = 1;
    for (const Index extent : slot.shape) count *= extent;
    size += count;
  }
  std::vector<float> values(static_cast<std::size_t>(size));
  reader.read("parameters", slots, values);
  return values;
}

/// Which files of the two runs hold other parameters.
std::string other_parameters(const std::string& run, const std::string& again) {
  std::string names;
  for (const char* name : {"last.h5", "best.h5"}) {
    const std::string there = run + "/" + name, here = again + "/" + name;
    if (!fs::exists(there)) continue;
    if (fs::exists(here) && parameters_of(there) == parameters_of(here)) continue;
    names += fmt::format("{}{}", names.empty() ? "the parameters of " : " and ", name);
  }
  return names;
}

/// Of environment.json what may be another, or is compared by itself.
constexpr std::array<std::string_view, 3> of_the_call{"threads", "command", "data"};

/// What of the machine and the program is not as it was.
std::string other_environment(const std::string& run, const std::string& again) {
  const auto read = [](const std::string& folder) {
    std::ifstream file(folder + "/environment.json");
    return ordered_json::parse(file, nullptr, false);
  };
  const ordered_json there = read(run), here = read(again);
  std::string text;
  if (!there.is_object() || !here.is_object()) return text;
  for (const auto& [key, value] : there.items())
    if (std::ranges::find(of_the_call, key) == of_the_call.end() && here.contains(key) && here[key] != value)
      text += fmt::format("  {}: {} there, {} here\n", key, value.dump(), here[key].dump());
  return text;
}

std::string other_data(const CheckpointHeader& there, const CheckpointHeader& here) {
  std::string text;
  if (there.train_checksum != here.train_checksum) text += "  the training data holds other sequences\n";
  if (there.validation_checksum != here.validation_checksum)
    text += "  the validation data holds other sequences\n";
  return text;
}

TrainResult train_again(const TrainRequest& request, const Extensions& extensions, StopSignals& signals) {
  ProgressLine progress(std::cerr, standard_error_screen());
  const TrainResult result = train(request, extensions, progress);
  if (signals.number() != 0) progress.note("stopped by a signal: nothing can be said of the rest");
  return result;
}

int call_reproduce(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string& run = arguments.words.front();
  const std::string last = file_of_run(run, "last.h5");
  const CheckpointHeader before = CheckpointReader(last).header();
  if (!arguments.has("--out")) fs::remove_all(run + "/again");  // of an earlier call that found a difference
  StopSignals signals;
  TrainRequest request;
  request.config_path = run + "/config.toml";
  request.overrides = {"train.refit=false"};
  request.run = arguments.text("--out", run + "/again");
  request.threads = static_cast<int>(arguments.integer("--threads", 0));
  request.max_steps = static_cast<Index>(before.progress.step);
  request.stop = [&signals] { return signals.arrived(); };
  train_again(request, extensions, signals);
  if (signals.number() != 0) return 128 + signals.number();
  if (CheckpointReader(last).header().progress.step != before.progress.step)
    throw usage_error(run + " was trained further meanwhile; wait until its training ends");
  const std::string difference = first_difference(run, request.run),
                    files = other_parameters(run, request.run);
  if (difference.empty() && files.empty()) {
    out.write(fmt::format("bit for bit: {}, {}, and the parameters of last.h5 and best.h5\n",
                          counted(static_cast<Index>(before.progress.epoch), "epoch"),
                          counted(static_cast<Index>(before.progress.step), "step")));
    if (!arguments.has("--out")) fs::remove_all(request.run);
    return static_cast<int>(ExitCode::done);
  }
  std::string reasons = other_data(before, CheckpointReader(request.run + "/last.h5").header());
  reasons += other_environment(run, request.run);
  out.write(fmt::format(
      "not the same: {}\n{}the second run is in {}\n", difference.empty() ? files : "from " + difference,
      reasons.empty() ? "data, program and machine are as they were: the run was changed, or resumed with "
                        "another train.epochs, or this is a fault\n"
                      : "what is not as it was:\n" + reasons,
      escape(request.run)));
  return static_cast<int>(ExitCode::failed);
}

}  // namespace

Verb reproduce_verb() {
  Verb verb;
  verb.name = "reproduce";
  verb.summary = "train a run again and say whether it comes to the same bits";
  verb.description =
      "Trains by RUN/config.toml as many steps as RUN/last.h5 has, and compares the figures of each epoch "
      "and all parameters. Where they differ: the first epoch, and what of data, program and machine is not "
      "as it was.";
  verb.words = {{"RUN", "a run folder", true, false}};
  verb.options = {{"--out", "DIR",
                   "keep the second run in this folder (default: RUN/again, which is removed where all is "
                   "the same; example: --out runs/again)"},
                  threads_option()};
  verb.examples = {"reproduce runs/splice"};
  verb.call = call_reproduce;
  verb.trains = true;
  return verb;
}

}  // namespace orochi
