// What training says while it runs, on standard error.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include <orochi/train.hpp>

namespace orochi {

/// What standard error is.
struct Screen {
  bool is_terminal = false;  // a status line that is drawn over and over; else plain lines
  bool has_color = false;    // a terminal, and NO_COLOR is not set
  std::size_t width = 80;    // columns
};
Screen standard_error_screen();

/// A status line with a bar on a terminal; a line an epoch everywhere.
class ProgressLine : public TrainObserver {
 public:
  ProgressLine(std::ostream& out, Screen screen) : out_(out), screen_(screen) {}
  ~ProgressLine() override { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void note(const std::string& line) override;
  void start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) override;
  void step(std::uint64_t step, double loss, double tokens_per_second) override;
  void epoch(const EpochRecord& record, bool best) override;

 private:
  using Clock = std::chrono::steady_clock;
  void print(const std::string& line);
  void draw(std::uint64_t step);
  void clear();

  std::ostream& out_;
  Screen screen_;
  Clock::time_point started_, drawn_;
  Measured measured_;
  std::uint64_t first_step_ = 0, total_steps_ = 0;
  double loss_ = 0, tokens_per_second_ = 0;  // running means
  bool has_means_ = false;
  bool on_screen_ = false;  // the status line
};

}  // namespace orochi
