// What training says while it runs, on standard error.
#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include <orochi/train.hpp>

#include "cli/screen.hpp"

namespace orochi {

/// A status line with a bar on a terminal; a table with a row an epoch everywhere, as wide as the screen.
class ProgressLine : public TrainObserver {
 public:
  ProgressLine(std::ostream& out, Screen screen) : out_(out), screen_(screen) {}
  ~ProgressLine() override { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void note(const std::string& line) override;
  void start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) override;
  void step(std::uint64_t step, double loss, double tokens_per_second) override;
  void epoch(const EpochRecord& record, Standing standing) override;

 private:
  using Clock = std::chrono::steady_clock;
  void print(const std::string& line);
  void head_table();
  std::string row(const std::string& epoch, const std::string& step, const std::vector<std::string>& cells,
                  const std::string& end) const;
  void draw(std::uint64_t step);
  void clear();

  std::ostream& out_;
  Screen screen_;
  Clock::time_point started_, drawn_;
  Measured measured_;
  std::vector<std::string>
      columns_;  // titles behind the step, as wide as their cells; none before the header
  std::uint64_t first_step_ = 0, total_steps_ = 0;
  double loss_ = 0, tokens_per_second_ = 0;  // running means
  bool has_means_ = false;
  bool on_screen_ = false;  // the status line
};

}  // namespace orochi
