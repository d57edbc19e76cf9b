#include "cli/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/text.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr double seconds_between_drawings = 0.1;
constexpr double memory = 0.95;  // of the running means, a step
constexpr std::size_t shortest_bar = 8, longest_bar = 40;

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// "1:02:03" or "2:03"
std::string clock_time(double seconds) {
  const auto whole = static_cast<long long>(std::min(std::max(seconds, 0.0), 1e9));
  const long long hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string rate(double tokens_per_second) {
  return grouped(static_cast<Index>(std::llround(std::min(tokens_per_second, 1e15)))) + " tokens/s";
}

std::string bar(double done, std::size_t width) {
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(width));
  std::string result(width, ' ');
  std::fill_n(result.begin(), filled, '=');
  if (filled < width) result[filled] = '>';
  return fmt::format("[{}]", result);
}

}  // namespace

Screen standard_error_screen() {
  const auto setting = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  Screen screen;
  screen.is_terminal = ::isatty(STDERR_FILENO) == 1 && setting("TERM") != "dumb";
  screen.has_color = screen.is_terminal && setting("NO_COLOR").empty();
  winsize size{};
  if (screen.is_terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    screen.width = size.ws_col;
  return screen;
}

void ProgressLine::note(const std::string& line) { print(escape(line)); }

void ProgressLine::start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) {
  measured_ = measured;
  started_ = Clock::now();
  first_step_ = step;
  total_steps_ = total_steps;
  print(fmt::format("training: {}", counted(static_cast<Index>(total_steps), "step")));
}

void ProgressLine::step(std::uint64_t step, double loss, double tokens_per_second) {
  const double keep = has_means_ ? memory : 0;
  loss_ = keep * loss_ + (1 - keep) * loss;
  tokens_per_second_ = keep * tokens_per_second_ + (1 - keep) * tokens_per_second;
  has_means_ = true;
  if (screen_.is_terminal &&
      (!on_screen_ || seconds_between(drawn_, Clock::now()) > seconds_between_drawings))
    draw(step);
}

void ProgressLine::epoch(const EpochRecord& record, bool best) {
  std::string line = fmt::format("epoch {}  step {}  train: ", record.epoch, record.step);
  line += std::isnan(record.train_loss)
              ? "every step was left out"
              : fmt::format("loss {:.4f} {} {:.4f}", record.train_loss, measured_.score, record.train_score);
  constexpr std::size_t most_metrics = 3;
  const bool validated = !record.validation.empty() && !std::isnan(record.validation.front());
  if (validated) line += "  validation:";
  for (std::size_t i = 0; validated && i < std::min(record.validation.size(), most_metrics); ++i)
    line += fmt::format(" {} {:.4f}", measured_.metrics[i].title, record.validation[i]);
  print(line + fmt::format("  {}{}", rate(record.tokens_per_second), best ? "  best" : ""));
}

void ProgressLine::print(const std::string& line) {
  clear();
  out_ << line << "\n" << std::flush;
}

void ProgressLine::draw(std::uint64_t step) {
  drawn_ = Clock::now();
  const double fraction = total_steps_ == 0 ? 1
                                            : static_cast<double>(std::min(step, total_steps_)) /
                                                  static_cast<double>(total_steps_);
  const double pace = seconds_between(started_, drawn_) /
                      static_cast<double>(std::max<std::uint64_t>(step - first_step_, 1));  // seconds a step
  const std::string left = fmt::format("step {}/{} ", step, total_steps_);
  const std::string right =
      fmt::format(" {:3.0f}%  loss {:.4f}  {}  ETA {}", 100 * fraction, loss_, rate(tokens_per_second_),
                  clock_time(pace * static_cast<double>(total_steps_ - std::min(step, total_steps_))));
  const std::size_t text = left.size() + right.size() + 3;  // the bar's ends, and a column kept free
  std::string middle;
  if (screen_.width >= text + shortest_bar)
    middle = bar(fraction, std::min(screen_.width - text, longest_bar));
  const bool fits = screen_.width > left.size() + right.size();
  const std::string shown = fits ? left : (left + right).substr(0, screen_.width - 1);
  if (screen_.has_color && !middle.empty()) middle = fmt::format("\x1b[36m{}\x1b[0m", middle);
  out_ << fmt::format("\r{}{}{}\x1b[K", shown, middle, fits ? right : "") << std::flush;
  on_screen_ = true;
}

void ProgressLine::clear() {
  if (on_screen_) out_ << "\r\x1b[K" << std::flush;
  on_screen_ = false;
}

}  // namespace orochi
