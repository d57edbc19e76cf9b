// orochi evaluate
#include <iostream>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "cli/confidence.hpp"
#include "cli/evaluation_report.hpp"
#include "cli/metrics_report.hpp"
#include "cli/model_lines.hpp"
#include "cli/test_data.hpp"
#include "cli/trained_on.hpp"
#include "cli/unseen.hpp"
#include "cli/verbs.hpp"
#include "inference/scored.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

/// What was found, and where it is from.
struct Found {
  const Model& model;
  const LocatedFile& data;
  Scored evaluation;
  MetricIntervals intervals;
  bool errors = false;          // by groups are wanted
  std::optional<double> least;  // probability of an answer that counts
  std::size_t suspects = 0;     // that are listed
  std::optional<Unseen> unseen;
  bool encoder_alone = false;
  std::vector<Group> lengths() const {
    return errors ? by_length(data.file.sequences, evaluation.scores) : std::vector<Group>();
  }
  std::vector<Group> unknown() const {
    if (!errors || model.preprocessing.tokenizer == nullptr) return {};
    return by_unknown(data.file.sequences, *model.preprocessing.tokenizer, evaluation.scores);
  }
  SuspectList suspected() const {
    return {suspects_of(class_scores(evaluation)), suspects, data.places, evaluation.metrics.figures.labels};
  }
};

std::string text_of(const Found& found) {
  const Task& task = *found.model.task;
  const Scored& evaluation = found.evaluation;
  const std::string score = task.score_name();
  return answering_line(found.model, found.encoder_alone) +
         figures_table(evaluation.metrics, found.model.metrics, found.intervals) +
         figures_text(further_figures(task, evaluation)) + groups_text("length", score, found.lengths()) +
         groups_text("unknown tokens", score, found.unknown()) +
         (found.least ? sure_text(*found.least, sure_answers(class_scores(evaluation), *found.least)) : "") +
         (found.suspects > 0 ? suspects_text(found.suspected()) : "") +
         (found.unseen ? unseen_text(*found.unseen) : "") +
         class_tables(evaluation.metrics, majority_note(evaluation));
}

ordered_json json_of(const Found& found) {
  const Task& task = *found.model.task;
  const Metrics& metrics = found.evaluation.metrics;
  ordered_json json = figures_json(metrics, found.model.metrics);
  json["intervals"] = intervals_json(found.intervals, found.model.metrics);
  json["resamples"] = found.intervals.resamples;
  if (const std::optional<Majority> majority = majority_of(metrics))
    json["majority"] = {{"label", majority->label}, {"share", majority->share}};
  json["further"] = figures_json(further_figures(task, found.evaluation));
  if (found.errors) json["by_length"] = groups_json(task.score_name(), found.lengths());
  if (found.errors) json["by_unknown"] = groups_json(task.score_name(), found.unknown());
  if (found.least)
    json["min_confidence"] =
        sure_json(*found.least, sure_answers(class_scores(found.evaluation), *found.least));
  if (found.suspects > 0) json["suspects"] = suspects_json(found.suspected());
  if (found.unseen) json["unseen"] = unseen_json(*found.unseen);
  json.update(classes_json(metrics));
  return json;
}

int call_evaluate(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string checkpoint = checkpoint_of(arguments);
  Model trained = Model::load(checkpoint, extensions);
  take_settings(trained, std::span(arguments.words).subspan(1));
  const std::string path = test_data_path(arguments, checkpoint, trained.config.data);
  const auto suspects = static_cast<std::size_t>(arguments.integer("--suspects", 0));
  if (suspects > 0) require_one_label(*trained.task, "--suspects");
  const std::optional<double> least = min_confidence(arguments, *trained.task);
  const bool encoder_alone = arguments.has("--encoder-alone");
  if (encoder_alone && !has_linear_model(trained))
    throw usage_error(
        "--encoder-alone: the model has no linear model (data.text_features, data.series_features)");
  const bool takes_unseen = arguments.has("--unseen");
  if (takes_unseen) require_one_label(*trained.task, "--unseen");
  SeenAndUnseen file =
      takes_unseen ? load_with_unseen(trained, path) : SeenAndUnseen{load_located(trained, path), {}, {}};
  const int threads = threads_of(arguments);
  Inference inference(trained, threads);
  inference.set_encoder_alone(encoder_alone);
  Found found{trained,
              file.seen,
              evaluate_scored(inference, *trained.task, file.seen.file.sequences),
              {},
              arguments.has("--errors"),
              least,
              suspects,
              {},
              encoder_alone};
  require_finite(found.evaluation.losses);
  if (takes_unseen)
    found.unseen = rejection_of(file, class_scores(found.evaluation).confidence(), inference, *trained.task);
  found.intervals = metric_intervals(*trained.task, found.evaluation, trained.metrics, threads);
  std::cerr << trained_on_note(trained, checkpoint, path, file.seen.file);
  if (!found.evaluation.note.empty()) std::cerr << found.evaluation.note + "\n";
  if (!arguments.has("--json")) {
    out.write(text_of(found));
    return static_cast<int>(ExitCode::done);
  }
  ordered_json json{{"checkpoint", checkpoint}, {"data", path}};
  if (encoder_alone) json["encoder_alone"] = true;
  json.update(json_of(found));
  out.write(dump_json(json, 2) + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb evaluate_verb() {
  Verb verb;
  verb.name = "evaluate";
  verb.summary = "measure a trained model on labelled data";
  verb.description =
      "Prints the loss (without smoothing or weights) and the task's metrics with 95 % intervals (bootstrap "
      "over the sequences); where answers are labels, also figures of their probabilities, precision, "
      "recall, F1 and support of each, and the confusion matrix. Of very many classes, the worst, the "
      "largest and the most frequent confusions; --json has all that is not 0.";
  verb.words = {checkpoint_word(), settings_word()};
  verb.options = {
      test_data_option(),
      {"--errors", "", "how often it is right by length and by share of unknown tokens"},
      min_confidence_option(
          "how many answers have a probability of P or more, and how often these are right"),
      {"--suspects", "N",
       "list up to N sequences whose label is likely wrong, by confident learning (default: none; example: "
       "--suspects 20)",
       1, 1'000'000},
      {"--unseen", "",
       "take labels that training never saw, in place of an error: the other figures are without them, and "
       "how well a low probability tells them from the others is added"},
      {"--encoder-alone", "",
       "without the linear model that data.text_features or data.series_features put beside the encoder"},
      json_option("one JSON object in place of the tables"),
      threads_option()};
  verb.examples = {"evaluate runs/splice/best.h5",
                   "evaluate runs/splice/best.h5 --data datasets/splice/train.tsv --json"};
  verb.call = call_evaluate;
  return verb;
}

}  // namespace orochi
