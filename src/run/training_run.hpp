// One session of training in a run folder, around the loop of train/loop.cpp: trainer.cpp has epochs and
// files, step_faults.cpp what happens where numbers break.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <orochi/inference.hpp>
#include <orochi/loop.hpp>
#include <orochi/model.hpp>
#include <orochi/train.hpp>

#include "run/faults.hpp"
#include "run/run_data.hpp"
#include "run/run_folder.hpp"
#include "run/word_vectors.hpp"

namespace orochi {

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(const TrainRequest& request, const Extensions& extensions, TrainObserver& observer);
  TrainResult run();

 private:
  bool validated() const { return data_.validation.size() > 0; }
  bool patience_over() const {
    return config_.train.patience > 0 &&
           progress_.stale_epochs >= static_cast<std::uint64_t>(config_.train.patience);
  }
  // A checkpoint may be between the last update and the end of its epoch.
  bool finished() const { return loop_.is_done() || patience_over(); }
  bool reached_max_steps() const {
    return request_.max_steps > 0 && progress_.step >= static_cast<std::uint64_t>(request_.max_steps);
  }
  bool left_off() const { return reached_max_steps() || (request_.stop && request_.stop()); }

  RunFolder open_folder(
      const Extensions& extensions) const;  // the last moment to refuse without having written anything
  void start();
  /// With the note of what the linear model is worth by itself.
  void fit_before();
  void set_shares(std::array<Scalar, 2> shares);
  /// Of the validation data; where there is a linear model, says first how much it counts beside the encoder.
  Evaluation validate();
  void resume();
  void restore_best();
  void train_epoch();
  void take_step();
  void leave_out(const Loop::Step& step);
  FailedStep examine(const Loop::Step& step);
  void guard_loss(double loss);
  void note_oddities();
  [[noreturn]] void diverged(const std::string& what, const std::string& remedy);
  /// Trains until the end, or until it is to leave off.
  void loop();
  void end_epoch();
  /// Without times; figures that there are not are NaN.
  EpochRecord epoch_record(const Metrics& validation, bool has_validation) const;
  void save_last();
  void save_best();
  CheckpointHeader header() const;
  void save(const std::string& name, const std::string& keep_previous = {});
  TrainResult result(double seconds);
  void note_validation(const Evaluation& of_best) const;
  /// Writes what still waits, then the result. Throws a failure where something could still not be written.
  TrainResult finish(double seconds);

  const TrainRequest& request_;
  TrainObserver& observer_;
  RunSetup setup_;
  int threads_;
  RunData run_data_;
  const LoadedData& data_;
  Model model_;
  Config& config_;  // the model's
  Task& task_;      // likewise
  Measured measured_;
  std::size_t monitored_;     // of the metrics
  WordVectors word_vectors_;  // until they are taken
  RunFolder folder_;
  Loop loop_;
  std::uint64_t warmup_;  // steps
  Progress& progress_;    // the loop's
  Inference inference_;
  std::vector<Scalar> linear_outputs_;  // [B, K] of the validation data; empty: not computed yet
  std::int64_t saved_step_ = -1;  // of last.h5, which may still wait to be written; -1: there is none yet
  double norm_sum_ = 0;
  std::uint64_t norm_count_ = 0, epoch_tokens_ = 0;
  Clock::time_point epoch_start_;
};

}  // namespace orochi
