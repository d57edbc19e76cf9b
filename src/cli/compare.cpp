// orochi compare
#include <filesystem>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "cli/comparison_report.hpp"
#include "cli/test_data.hpp"
#include "cli/text.hpp"
#include "cli/train_and_report.hpp"
#include "cli/trained_on.hpp"
#include "cli/verbs.hpp"
#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "inference/comparison.hpp"
#include "inference/scored.hpp"
#include "run/run_folder.hpp"
#include "run/several_runs.hpp"
#include "run/start.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

std::vector<Answers> answers_of(const std::vector<CrossValidation>& seeds) {
  std::vector<Answers> answers;
  for (const CrossValidation& one : seeds)
    for (std::size_t f = 0; f < one.folds.size(); ++f)
      answers.push_back({*one.tasks[f], one.folds[f].evaluation});
  return answers;
}

int compare_configs(const Extensions& extensions, const Arguments& arguments, Output& out) {
  if (arguments.has("--data"))
    throw usage_error("--data is for run folders: configs are compared on folds of their training file");
  TrainRequest a;
  a.config_path = arguments.words[0];
  a.overrides = settings_of(std::span(arguments.words).subspan(2));
  a.threads = threads_of(arguments);
  TrainRequest b = a;
  b.config_path = arguments.words[1];
  const auto name = [](const TrainRequest& request) { return fs::path(request.config_path).stem().string(); };
  const std::string folder = arguments.text("--run", fmt::format("runs/{}-vs-{}", name(a), name(b)));
  const Config config = read_config(a.config_path, a.overrides, extensions);
  const Index folds = arguments.integer("--folds", config.data.folds),
              seeds = arguments.integer("--seeds", 1);
  return train_and_report(
      a, out,
      [&](TrainObserver& observer) {
        b.stop = a.stop;
        return cross_validate_both(folder, a, b, folds, seeds, extensions, observer);
      },
      [&](const PairedRuns& runs) {
        if (!runs.finished)
          return fmt::format("run folder   {}\nnot finished; the same command goes on\n", escape(folder));
        const TrainResult& first = runs.a.front().folds.front();
        const std::vector<Answers> of_a = answers_of(runs.a), of_b = answers_of(runs.b);
        return report_of(
            Findings{a.config_path,
                     b.config_path,
                     fmt::format("{}, {}, means", counted(folds, "fold"), counted(seeds, "seed")),
                     first.metrics,
                     monitored_metric(first.metrics, first.monitor),
                     *runs.a.front().tasks.front(),
                     paired_differences(of_a, of_b, as_size(folds), a.threads),
                     {}},
            arguments.has("--json"));
      });
}

/// A trained model on test data.
struct Tested {
  std::string data;  // path
  Model model;
  Evaluation evaluation;
};

Tested test(const std::string& word, const Extensions& extensions, const Arguments& arguments, int threads) {
  Tested tested;
  const std::string checkpoint = named_checkpoint(word);
  tested.model = Model::load(checkpoint, extensions);
  take_settings(tested.model, std::span(arguments.words).subspan(2));
  tested.data = test_data_path(arguments, checkpoint, tested.model.config.data);
  const LoadedFile file = load_labelled(tested.model, tested.data);
  Inference inference(tested.model, threads);
  tested.evaluation = evaluate(inference, *tested.model.task, file.sequences);
  require_finite(tested.evaluation.losses);
  std::cerr << trained_on_note(tested.model, checkpoint, tested.data, file);
  return tested;
}

OneRight one_right_of(const Evaluation& a, const Evaluation& b) {
  OneRight alone;
  for (std::size_t i = 0; i < a.scores.size(); ++i) {
    alone.a += a.scores[i] > b.scores[i] ? 1 : 0;
    alone.b += b.scores[i] > a.scores[i] ? 1 : 0;
  }
  return alone;
}

int compare_runs(const Extensions& extensions, const Arguments& arguments, Output& out) {
  for (const char* option : {"--folds", "--seeds", "--run"})
    if (arguments.has(option))
      throw usage_error(fmt::format("{} is for configs, which are trained; {} is trained already", option,
                                    arguments.words[0]));
  const int threads = threads_of(arguments);
  const Tested a = test(arguments.words[0], extensions, arguments, threads),
               b = test(arguments.words[1], extensions, arguments, threads);
  if (!arguments.has("--data") && !fs::equivalent(a.data, b.data))
    throw usage_error(
        fmt::format("data.test of {} is {}, that of {} is {}; name one for both with --data FILE",
                    arguments.words[0], a.data, arguments.words[1], b.data));
  const Answers of_a{*a.model.task, a.evaluation}, of_b{*b.model.task, b.evaluation};
  if (a.model.config.task.type != b.model.config.task.type)
    throw usage_error(fmt::format("{} is of another task than {}", arguments.words[0], arguments.words[1]));
  const Metrics& metrics = a.evaluation.metrics;
  out.write(
      report_of(Findings{arguments.words[0], arguments.words[1],
                         fmt::format("{}, {}", escape(a.data), counted(metrics.sequences, "sequence")),
                         a.model.metrics, monitored_metric(a.model.metrics, a.model.config.train.monitor),
                         *a.model.task, paired_differences({&of_a, 1}, {&of_b, 1}, 1, threads),
                         has_one_label_each(metrics) ? std::optional(one_right_of(a.evaluation, b.evaluation))
                                                     : std::nullopt},
                arguments.has("--json")));
  return static_cast<int>(ExitCode::done);
}

int call_compare(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const bool are_runs = names_run(arguments.words[0]);
  if (are_runs != names_run(arguments.words[1]))
    throw usage_error(fmt::format("{} is a run folder and {} is none; compare two configs, or two runs",
                                  arguments.words[are_runs ? 0 : 1], arguments.words[are_runs ? 1 : 0]));
  return are_runs ? compare_runs(extensions, arguments, out) : compare_configs(extensions, arguments, out);
}

}  // namespace

Verb compare_verb() {
  Verb verb;
  verb.name = "compare";
  verb.summary = "say whether one of two configs, or of two trained models, is better";
  verb.description =
      "Of two configs with one training file and one task: trains both on the same folds (cross-validate) "
      "with the same seeds, and prints both means and the difference of each metric, with 95 % intervals: "
      "the corrected resampled t over the folds and a paired bootstrap over the sequences held out. The last "
      "line says by train.monitor and the first interval which one is better, or that no difference is "
      "shown. Of two run folders: compares their best.h5 on their test data, by the bootstrap and, where "
      "each sequence has a label, McNemar's exact test.";
  verb.words = {
      {"A", "a TOML file, or a run folder", true, false},
      {"B", "another one", true, false},
      {"KEY=VALUE",
       "settings of both configs, for example train.epochs=10; of run folders how the data is read: "
       "data.format and data.encoding",
       false, true}};
  verb.options = {
      folds_option(),
      {"--seeds", "N",
       "train each fold N times, with train.seed of A and the seeds that follow, and take means "
       "(default: 1; example: --seeds 3)",
       1, 64},
      {"--run", "DIR",
       "the folder of the runs a/seed-42/fold-1, ... (default: runs/A-vs-B by the configs' names; "
       "example: --run runs/ngrams)"},
      test_data_option(),
      json_option("one JSON object in place of the table"),
      threads_option()};
  verb.examples = {"compare configs/splice.toml ngrams.toml train.epochs=10",
                   "compare runs/splice runs/ngrams"};
  verb.call = call_compare;
  verb.trains = true;
  return verb;
}

}  // namespace orochi
