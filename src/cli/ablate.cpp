// orochi ablate: what is lost without each head.
#include <iostream>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "cli/heads_report.hpp"
#include "cli/metrics_report.hpp"
#include "cli/test_data.hpp"
#include "cli/trained_on.hpp"
#include "cli/verbs.hpp"
#include "inference/model_file.hpp"

namespace orochi {
namespace {

AblationOptions make_options(const Arguments& arguments) {
  AblationOptions options;
  const std::string replacement = arguments.text("--replace-by", "zero");
  if (replacement != "zero" && replacement != "mean")
    throw usage_error("--replace-by " + replacement + ": expected zero or mean");
  options.by_mean = replacement == "mean";
  options.resamples = arguments.integer("--resamples", options.resamples);
  return options;
}

int call_ablate(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const AblationOptions options = make_options(arguments);
  const std::string checkpoint = checkpoint_of(arguments);
  Model trained = Model::load(checkpoint, extensions);
  require_one_member(trained);
  take_settings(trained, std::span(arguments.words).subspan(1));
  const std::string path = test_data_path(arguments, checkpoint, trained.config.data);
  const LoadedFile file = load_labelled(trained, path);
  const Ablation ablation = ablate_heads(trained, file.sequences, options, threads_of(arguments));
  std::cerr << trained_on_note(trained, checkpoint, path, file);
  if (!arguments.has("--json")) {
    out.write(ablation_text(ablation, *trained.task));
    return static_cast<int>(ExitCode::done);
  }
  nlohmann::ordered_json json{
      {"checkpoint", checkpoint}, {"data", path}, {"replaced_by", options.by_mean ? "mean" : "zero"}};
  json.update(ablation_json(ablation, *trained.task));
  out.write(dump_json(json, 2) + "\n");
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb ablate_verb() {
  Verb verb;
  verb.name = "ablate";
  verb.summary = "measure what is lost without each head";
  verb.description =
      "Switches off one head after the other (its output becomes zero, or its mean over the data), also a "
      "linear model beside the encoder (data.text_features, data.series_features), and prints accuracy (or "
      "the task's like) and loss "
      "without it, with the middle 95 % of a bootstrap over the sequences. Beside it: importance by "
      "gradients, |sum of head output x d loss / d head output|; the entropy of the attention filter in "
      "bits; the mean distance between a query and where it looks; and which heads have like maps. The time "
      "it takes is that of evaluate, once a head.";
  verb.words = {checkpoint_word(), settings_word()};
  verb.options = {test_data_option(),
                  {"--replace-by", "WORD", "zero or mean: what replaces a head (default: zero)"},
                  {"--resamples", "N", "of the bootstrap (default: 1000)", 100, 1000000},
                  json_option("one JSON object in place of the tables"),
                  threads_option()};
  verb.examples = {"ablate runs/splice/best.h5", "ablate runs/splice/best.h5 --replace-by mean --json"};
  verb.call = call_ablate;
  return verb;
}

}  // namespace orochi
