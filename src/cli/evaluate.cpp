// orochi evaluate
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/threads.hpp>

#include "cli/metrics_report.hpp"
#include "cli/test_data.hpp"
#include "cli/verbs.hpp"

namespace orochi {
namespace {

int call(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string checkpoint = checkpoint_of(arguments);
  Model trained = Model::load(checkpoint, extensions);
  take_settings(trained, std::span(arguments.words).subspan(1));
  const std::string path = test_data_path(arguments, checkpoint, trained.config.data);
  const Sequences data = load_labelled(trained, path).sequences;
  const int threads = static_cast<int>(arguments.integer("--threads", available_threads()));
  Inference inference(trained, threads);
  const Evaluation evaluation = evaluate(inference, *trained.task, data);
  require_finite(evaluation.losses);
  const Metrics& metrics = evaluation.metrics;
  const std::vector<MetricInfo>& names = trained.metrics;
  const MetricIntervals intervals = metric_intervals(*trained.task, evaluation, threads);
  if (!arguments.has("--json")) {
    out.write(metrics_text(metrics, names, intervals, majority_note(evaluation)));
    return static_cast<int>(ExitCode::done);
  }
  nlohmann::ordered_json json{{"checkpoint", checkpoint}, {"data", path}};
  json.update(figures_json(metrics, names));
  json["intervals"] = intervals_json(intervals, names);
  json["resamples"] = intervals.resamples;
  if (const std::optional<Majority> majority = majority_of(metrics))
    json["majority"] = {{"label", majority->label}, {"share", majority->share}};
  json.update(metrics_json(metrics, names));
  out.write(dump_json(json, 2) + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb evaluate_verb() {
  Verb verb;
  verb.name = "evaluate";
  verb.summary = "measure a trained model on labelled data";
  verb.description =
      "Prints the loss (without smoothing or weights) and the task's metrics; where answers are labels, also "
      "precision, recall, F1 and support of each, and the confusion matrix. Of very many classes, the "
      "worst, the largest and the most frequent confusions; --json has all that is not 0.";
  verb.words = {
      {"CHECKPOINT",
       "a file that training wrote, for example runs/splice/best.h5; of a run folder its best.h5"},
      {"KEY=VALUE",
       "how the data is read, where it is another way than in training: settings of data.format and "
       "data.encoding, for example data.format.text_columns=review",
       false, true}};
  verb.options = {test_data_option(), json_option("one JSON object in place of the tables"),
                  threads_option()};
  verb.examples = {"evaluate runs/splice/best.h5",
                   "evaluate runs/splice/best.h5 --data datasets/splice/train.tsv --json"};
  verb.call = call;
  return verb;
}

}  // namespace orochi
