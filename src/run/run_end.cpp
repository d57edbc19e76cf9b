// How a session of training ends: writes what could not be written before, and tests the best model.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/file_errors.hpp"
#include "inference/statistics.hpp"
#include "run/resume_point.hpp"
#include "run/start.hpp"
#include "run/training_run.hpp"

namespace orochi {
namespace {

/// What there is to do where a checkpoint could not be written: the folder may have been removed.
std::string way_on(const std::string& folder) {
  try {
    find_resume_point(folder);
  } catch (const Error&) {
    return ", and nothing of the run is kept that --resume could go on from. Mend that, then train anew";
  }
  return ". Kept: " + kept_checkpoint(folder) + ". Mend that, then `orochi train --resume --run " + folder +
         "` goes on from there, to the same result";
}

}  // namespace

TrainResult Trainer::finish(double seconds) {
  const Unwritten unwritten = folder_.retry();
  if (!unwritten.checkpoints.empty())
    throw failure(unwritten.all() + "; this was the last attempt" + way_on(folder_.path()));
  const TrainResult done = result(seconds);
  if (unwritten.metrics.empty()) return done;
  if (done.tested) {
    std::string figures;
    const std::vector<double> values = values_of(done.test, measured_.metrics);
    for (std::size_t i = 0; i < values.size(); ++i)
      figures += fmt::format(" {} {:.4f}", measured_.metrics[i].title, values[i]);
    observer_.note("best.h5 on the test data:" + figures);
  }
  throw failure(unwritten.metrics +
                "; this was the last attempt. The checkpoints are written; the figures "
                "that are missing there were printed epoch by epoch");
}

/// What the most frequent label alone would reach on the validation data, beside the best model; where there
/// is test data, that of test data counts. And whether there is enough of it to say anything.
void Trainer::note_validation(const Evaluation& of_best) const {
  constexpr Index fewest = 10;
  if (data_.test.size() == 0)
    if (const std::string note = majority_note(of_best); !note.empty())
      observer_.note("on the validation data " + note);
  if (data_.validation.size() < fewest && config_.data.fold == 0)
    observer_.note(
        fmt::format("the validation data is only {}, so its figures say next to nothing: add records, name a "
                    "file of more with data.validation, or measure on all records with `orochi "
                    "cross-validate CONFIG`",
                    counted(data_.validation.size(), "sequence")));
}

TrainResult Trainer::result(double seconds) {
  TrainResult result;
  result.run = folder_.path();
  result.model = checkpoint_at(folder_.path());
  result.finished = finished();
  result.steps = progress_.step;
  result.seconds = seconds;
  result.monitor = measured_.metrics[monitored_].name;
  result.validated = validated();
  result.answers = task_.are_in_file();
  result.best_step = static_cast<std::uint64_t>(std::max<std::int64_t>(progress_.best_step, 0));
  result.best_epoch = loop_.epoch_of(result.best_step);
  result.refits = config_.train.refit && result.best_step > 0;
  result.metrics = measured_.metrics;
  result.holds_out = config_.data.fold > 0;
  if (result.finished && progress_.best_step < 0)
    observer_.note("no epoch is the best one: there is no best.h5, and no test");
  if (progress_.best_step < 0) return result;
  const Model best = Model::load(folder_.file("best.h5"), model_.extensions);
  Inference inference(best, threads_);
  if (validated()) {
    const Evaluation of_best = evaluate(inference, *best.task, data_.validation);
    result.best_metric = values_of(of_best.metrics, measured_.metrics)[monitored_];
    if (result.finished) note_validation(of_best);
  }
  if (result.finished && data_.test.size() > 0) {
    result.tested = true;
    result.evaluation = evaluate(inference, *best.task, data_.test);
    result.test = result.evaluation.metrics;
    if (!std::isfinite(result.test.loss))
      throw failure(fmt::format(
          "training is complete, but the numbers of {} overflow on the test data: its loss is not a finite "
          "number, and other figures would say nothing; look for extreme values in {}, or lower "
          "train.learning_rate ({})",
          folder_.file("best.h5"),
          setup_.config.data.test.empty() ? data_.train_path : setup_.config.data.test,
          config_.train.learning_rate));
  }
  return result;
}

}  // namespace orochi
