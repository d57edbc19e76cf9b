// orochi train
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/train.hpp>

#include "cli/dry_run_text.hpp"
#include "cli/metrics_report.hpp"
#include "cli/seeds_report.hpp"
#include "cli/text.hpp"
#include "cli/train_and_report.hpp"
#include "cli/train_baseline.hpp"
#include "cli/verbs.hpp"
#include "inference/statistics.hpp"
#include "io/config_file.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

constexpr std::int64_t most_steps = std::int64_t{1} << 40;

/// "512M", "1.5G": bytes, in powers of 1000 as file managers and disks count.
double parse_size(const std::string& text) {
  double size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const std::string unit(end, text.data() + text.size());
  const double scale = unit == "M" ? 1e6 : unit == "G" ? 1e9 : unit == "T" ? 1e12 : 0;
  constexpr double least = 64e6;  // the program itself takes some of it
  if (error != std::errc() || scale == 0 || !(size * scale >= least) || !std::isfinite(size))
    throw usage_error(
        fmt::format("--max-memory is \"{}\"; allowed: a size from 64M on, such as 512M or 1.5G", text));
  return size * scale;
}

TrainRequest make_request(const Arguments& arguments, Communicator* ranks) {
  TrainRequest request;
  request.ranks = ranks;
  for (const std::string& word : arguments.words) {
    if (is_override(word))
      request.overrides.push_back(word);
    else if (request.config_path.empty())
      request.config_path = word;
    else
      throw usage_error(
          fmt::format("unexpected word \"{}\": the config is \"{}\" already, and what follows it has "
                      "the form KEY=VALUE, for example train.epochs=20",
                      word, request.config_path));
  }
  request.run = arguments.text("--run");
  request.resume = arguments.has("--resume");
  request.overwrite = arguments.has("--overwrite");
  request.command = arguments.command;
  request.from = arguments.text("--from");
  request.data = arguments.text("--data");
  request.add_labels = arguments.has("--add-labels");
  request.add_tokens = arguments.has("--add-tokens");
  request.threads = static_cast<int>(arguments.integer("--threads", 0));
  if (arguments.has("--max-memory")) request.max_memory = parse_size(arguments.text("--max-memory"));
  request.max_steps = static_cast<Index>(arguments.integer("--max-steps", 0));
  return request;
}

/// In the order in which they help: each takes the run's folder for its best model.
std::string next_commands(const Arguments& arguments, const TrainResult& result) {
  if (result.best_step == 0) return "there is no best.h5: no epoch of it was measured\n";
  const std::string program = shell_word(arguments.program), run = shell_word(result.run);
  std::string text = "next:\n";
  const auto add = [&](const char* verb, const char* rest = "") {
    text += fmt::format("  {} {} {}{}\n", program, verb, run, rest);
  };
  if (result.answers && (result.tested || result.validated)) add("report");
  add("evaluate", result.tested && !result.holds_out ? "" : " --data FILE");
  if (result.answers)
    add("predict", " FILE");
  else
    text += fmt::format("  in a config of labelled data: [model] init_from = \"{}\"\n",
                        escape(std::filesystem::absolute(result.model).lexically_normal().string()));
  if (result.answers && result.tested && result.test.items == result.test.sequences) add("baseline");
  add("inspect");
  return text;
}

std::string report(const Arguments& arguments, const TrainResult& result) {
  std::string text = fmt::format("run folder   {}\nsteps        {} ({:.1f} s in this session)\n",
                                 escape(result.run), result.steps, result.seconds);
  if (result.best_step > 0)
    text += result.validated ? fmt::format("best model   best.h5, of step {}: validation {} {:.4f}\n",
                                           result.best_step, result.monitor, result.best_metric)
                             : fmt::format("last model   best.h5, of step {}: there is no validation data\n",
                                           result.best_step);
  if (!result.finished)
    return text + fmt::format("not finished; to go on:\n  {} train --resume --run {}\n",
                              shell_word(arguments.program), shell_word(result.run));
  if (result.refits)
    text += fmt::format("on all data  {}, of {} epochs\n", escape(result.model), result.best_epoch);
  if (result.tested)
    text += fmt::format("\n{} on {}:\n", result.refits ? "the model of all data" : "best.h5",
                        result.holds_out ? "the fold that is held out" : "the test file") +
            figures_table(result.test, result.metrics) +
            class_tables(result.test, majority_note(result.evaluation));
  return text;
}

bool has_own_model(const TrainResult& result) { return result.best_step > 0 && !result.refits; }
bool has_own_model(const SeedsResult&) { return true; }

/// Trains, and writes `summary` of it before simple models are fitted, which takes some seconds and may be
/// interrupted; then `next`.
template <class Make, class Summary, class Next>
int train_beside_baselines(TrainRequest& request, const Arguments& arguments, const Extensions& extensions,
                           Output& out, Make make, Summary summary, Next next) {
  return train_and_report(request, out, make, [&](const auto& result) -> std::string {
    out.write(summary(result));
    if (!result.finished) return "";
    out.flush();
    const bool measured = has_own_model(result) && (result.tested || result.validated);
    const std::string simple =
        measured ? baseline_lines(arguments, request.max_memory, result.run, extensions) : "";
    return (simple.empty() ? "" : "\n" + simple) + "\n" + next(arguments, result);
  });
}

int say_dry_run(const TrainRequest& request, const Extensions& extensions, Output& out) {
  ProgressLine notes(std::cerr, standard_error_screen());
  out.write(dry_run_text(dry_run(request, extensions, notes)));
  return static_cast<int>(ExitCode::done);
}

int call_train(const Extensions& extensions, const Arguments& arguments, Communicator* ranks, Output& out) {
  TrainRequest request = make_request(arguments, ranks);
  if (arguments.has("--dry-run")) return say_dry_run(request, extensions, out);
  const auto seeds = static_cast<int>(arguments.integer("--seeds", 1));
  if (seeds > 1)
    return train_beside_baselines(
        request, arguments, extensions, out,
        [&](TrainObserver& observer) { return train_seeds(request, seeds, extensions, observer); },
        seeds_report, seeds_next);
  return train_beside_baselines(
      request, arguments, extensions, out,
      [&](TrainObserver& observer) { return train(request, extensions, observer); },
      [&](const TrainResult& result) { return report(arguments, result); }, next_commands);
}

/// `--learning-rate 0.1` is what other trainers take: here it is a key of the configuration.
std::string hint(const std::string& option) {
  std::string name = option;
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  name = name.substr(0, name.find('='));
  std::replace(name.begin(), name.end(), '-', '_');
  const std::string familiar = familiar_key(name);
  for (const ConfigKey& key : config_keys()) {
    const std::string last = key.name.substr(key.name.find('.') + 1);
    if (key.name == name || last == name || last == familiar)
      return fmt::format("settings are words after the config: {}={}", key.name, key.default_value);
  }
  return "";
}

}  // namespace

bool is_override(const std::string& word) {
  const std::size_t equals = word.find('=');
  return equals != std::string::npos && word.find('/') > equals;
}

std::vector<std::string> settings_of(std::span<const std::string> words) {
  for (const std::string& word : words)
    if (!is_override(word))
      throw usage_error(fmt::format(
          "unexpected word \"{}\"; settings have the form KEY=VALUE, for example train.seed=3", word));
  return {words.begin(), words.end()};
}

Verb train_verb(const Team& team) {
  Verb verb;
  verb.name = "train";
  verb.summary = "train a model as a config file says";
  verb.description =
      "Trains into a run folder: config.toml, metrics.csv, metrics.jsonl, best.h5 (the best on validation "
      "data), last.h5 (to resume from), last-1.h5 (the one before), environment.json. Ctrl-C stops after the "
      "current step with a checkpoint; a second one stops at once. Started by mpirun, several processes "
      "share out each batch, to the same bits (docs/commands.md).";
  verb.words = {
      {"CONFIG", "a TOML file (docs/config.md); left out with --from, and perhaps with --resume", false,
       false},
      {"KEY=VALUE", "settings that take the place of the file's, for example model.num_heads=8 train.seed=3",
       false, true}};
  verb.options = {
      {"--run", "DIR", "the run folder (default: runs/ and the config's name; example: --run runs/second)"},
      {"--resume", "",
       "go on from last.h5 in the run folder, to the same bits as without the interruption (default: start "
       "anew; example: --resume --run runs/splice)"},
      {"--overwrite", "",
       "replace the run that the folder holds, once the new config and its data are found good; files that "
       "are not a run's own stay (default: a folder in use is refused)"},
      {"--dry-run", "",
       "say what the run would take, sizes, memory and the seconds of an epoch by some steps, and write "
       "nothing"},
      {"--from", "CHECKPOINT",
       "start from a trained model, or a run folder's best.h5: its config, weights, vocabulary and labels "
       "(default: fresh weights by CONFIG; example: --from runs/splice/best.h5 --data new.tsv)"},
      {"--data", "FILE",
       "with --from: what to train on; validation is a part of it (no default; example: --data new.tsv)"},
      {"--add-labels", "", "with --from: take labels that the model does not know (default: an error)"},
      {"--add-tokens", "",
       "with --from: take tokens that the vocabulary does not have (default: they stay unknown)"},
      {"--seeds", "N",
       "train N times, with train.seed and the seeds that follow, in RUN/seed-N, and write their mean as one "
       "model, RUN/best.h5 (default: 1, one run; example: --seeds 5)",
       1, 64},
      threads_option(),
      {"--max-memory", "SIZE",
       "refuse a run that would take more memory in all (default: what the machine and the control group "
       "have; example: --max-memory 1.5G)"},
      {"--max-steps", "N",
       "leave off after step N with a checkpoint, as an interruption would (default: no limit; example: "
       "--max-steps 100)",
       1, most_steps}};
  verb.examples = {"train configs/splice.toml", "train configs/splice.toml --dry-run",
                   "train configs/splice.toml model.num_heads=8 train.seed=3 --run runs/wide",
                   "train --resume --run runs/splice",
                   "train --from runs/splice/best.h5 --data new.tsv --add-labels --run runs/more"};
  verb.call = [&team](const Extensions& extensions, const Arguments& arguments, Output& out) {
    return call_train(extensions, arguments, team.ranks.get(), out);
  };
  verb.hint = hint;
  verb.trains = true;
  return verb;
}

}  // namespace orochi
