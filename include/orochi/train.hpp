// The optimizer loop over a run folder.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <orochi/communicator.hpp>
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/metrics.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Reads a config with these components; `overrides` as on the command line: "train.epochs=3". Throws one
/// usage_error with everything that is wrong, each with its location.
Config read_config(const std::string& path, const std::vector<std::string>& overrides,
                   const Extensions& extensions);

/// What `orochi train` was asked for.
struct TrainRequest {
  std::string config_path;             // may be empty with resume
  std::vector<std::string> overrides;  // KEY=VALUE
  std::string run;                     // folder; empty: runs/ and the config's name
  bool resume = false;
  bool overwrite = false;  // a run that the folder holds is replaced, once config and data are found good
  std::string
      from;  // in place of config_path: a checkpoint whose config, vocabulary and weights it starts from
  std::string data;                             // with `from`: the training file; empty: an override names it
  bool add_labels = false, add_tokens = false;  // starting from a checkpoint: those of the data that are new
  int threads = 0;                              // 0: all that this process may use
  std::function<bool()> stop;  // asked after each step; true: leave off with a checkpoint, as max_steps does
  double max_memory = 0;       // bytes that the process may take; 0: what the machine has
  Index max_steps = 0;         // leave off after so many updates in all, as an interruption would; 0: no
  std::string command = {};    // the command line, for environment.json
  Communicator* ranks = nullptr;  // of rank 0: the processes that train together; null: this one alone
  /// How much the encoder's outputs and those of a linear model beside it count, where no validation data
  /// says it.
  std::array<Scalar, 2> linear_shares{1, 1};
};

/// What a run measures, by the names of its columns in metrics.csv.
struct Measured {
  std::string score;                // train_SCORE
  std::vector<MetricInfo> metrics;  // validation_METRIC: the loss, then the task's
};

/// A line of metrics.csv / metrics.jsonl: one an epoch. Figures are NaN where there are none: of validation
/// without such data or where its loss is not finite, of training where every step was left out.
struct EpochRecord {
  std::uint64_t epoch = 0, step = 0;
  double learning_rate = 0;
  double train_loss = 0, train_score = 0;  // running means over the epoch, in training mode
  std::vector<double> validation;          // [metrics]
  double gradient_norm = 0;                // mean, before clipping
  double seconds = 0, tokens_per_second = 0;
};

/// An epoch among those before it, by the monitored metric. What is best, or not told apart from it, becomes
/// best.h5; so does each epoch without validation data, where none is better than another.
enum class Standing { behind, tie, best };

/// Told of what happens; draws the progress line. Called from one thread.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void note(const std::string& line) = 0;  // data notes, resume, stopping early, files that fail
  /// Training begins, or goes on, with `step` of `total_steps` updates done.
  virtual void start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) = 0;
  /// After each update: its number from 1, and its mean loss.
  virtual void step(std::uint64_t step, double loss, double tokens_per_second) = 0;
  /// After each epoch.
  virtual void epoch(const EpochRecord& record, Standing standing) = 0;
};

/// What a run has given.
struct TrainResult {
  std::string run;        // folder
  std::string model;      // the checkpoint to use: its best.h5, with train.refit that of the run on all data
  bool finished = false;  // false: left off at max_steps
  std::uint64_t steps = 0;
  double seconds = 0;  // of this session's loop
  std::string monitor;
  bool validated = false;  // there is validation data; else best.h5 is the last epoch's
  bool answers = true;     // false: trained without labels, for others to start from
  double best_metric = 0;  // of best.h5 on validation
  std::uint64_t best_step = 0, best_epoch = 0;
  bool refits = false;     // train.refit
  bool tested = false;     // there is test data, of data.test or data.fold: the model on it
  bool holds_out = false;  // that is data.fold
  Metrics test;
  Evaluation evaluation;            // the same, sequence by sequence
  std::vector<MetricInfo> metrics;  // names of the test's values
};

/// Throws Error; ExitCode::diverged where loss or gradients are no longer finite, or worse than guessing.
TrainResult train(const TrainRequest& request, const Extensions& extensions, TrainObserver& observer);

/// Of every rank but 0: does its part in each run that rank 0 trains, until that one dismisses it.
void follow(Communicator& ranks, const Extensions& extensions);
/// Of rank 0, when it trains no more.
void dismiss(Communicator& ranks);

/// What a run would take.
struct DryRun {
  /// A split of the data.
  struct Part {
    Index sequences = 0, tokens = 0;  // or rows
  };
  std::string run;         // folder
  bool holds_run = false;  // it is in use
  Part train, validation, test;
  Index parameters = 0, trained = 0;  // those that train.freeze does not hold
  double memory = 0;                  // bytes, about
  std::string memory_left;            // "this machine has 1.9 GB left"
  std::string engine;                 // of the products
  int threads = 0;
  std::uint64_t steps = 0, epochs = 0;  // at most, of the whole run
  Index timed_steps = 0;
  double seconds = 0;  // of those
  double tokens_per_second = 0;
  double epoch_seconds = 0, validation_seconds = 0;
};

/// Reads config and data, builds the model and makes some steps. Nothing is written. Throws what `train`
/// would before its first step.
DryRun dry_run(TrainRequest request, const Extensions& extensions, TrainObserver& observer);

/// What several runs have given that differ by train.seed only.
struct SeedsResult {
  std::string run;                   // folder: of each seed's run, and of the model
  std::vector<TrainResult> members;  // by seed; the last one may not be finished
  bool finished = false;             // then the following is there
  std::string model;                 // one checkpoint, whose outputs are the mean of the members'
  bool validated = false, tested = false;
  Metrics validation, test;  // of that model
  std::vector<MetricInfo> metrics;
};

/// Trains `count` runs in RUN/seed-N, with train.seed and those that follow it, on one split of the data, and
/// writes RUN/best.h5. Runs that are there already are gone on with by `resume` or replaced by `overwrite`,
/// else refused.
SeedsResult train_seeds(const TrainRequest& request, int count, const Extensions& extensions,
                        TrainObserver& observer);

}  // namespace orochi
#pragma GCC visibility pop
