#pragma once

#include <cstdint>

namespace orochi {

/// How far a run has come: enough to go on in the same bits.
struct Progress {
  std::uint64_t step = 0;          // updates done
  std::uint64_t epoch = 0;         // epochs finished
  std::uint64_t position = 0;      // sequences of the current epoch already used
  double best_metric = 0;          // of the monitored validation metric
  std::int64_t best_step = -1;     // that best.h5 is of; -1: none yet
  std::uint64_t stale_epochs = 0;  // without improvement, for patience
  double epoch_loss_sum = 0;       // running figures of the current epoch, so that metrics.csv agrees too
  double epoch_weight_sum = 0;
  double epoch_score_sum = 0;
  std::uint64_t epoch_count = 0;
  std::uint64_t skipped_steps = 0;  // steps whose loss or gradient was not finite, left out
  double smoothed_loss = 0;         // running mean of the steps' losses, for train.divergence_factor
};

}  // namespace orochi
