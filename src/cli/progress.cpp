#include "cli/progress.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr double seconds_between_drawings = 0.1;
constexpr double kept_share = 0.95;  // of the running means, a step
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

std::string whole(double number) { return grouped(static_cast<Index>(std::llround(std::min(number, 1e15)))); }
std::string rate(double tokens_per_second) { return whole(tokens_per_second) + " tokens/s"; }

std::string bar(double done, std::size_t width) {
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(width));
  std::string result(width, ' ');
  std::fill_n(result.begin(), filled, '=');
  if (filled < width) result[filled] = '>';
  return fmt::format("[{}]", result);
}

}  // namespace

void ProgressLine::note(const std::string& line) { print(fitted(escape(line), screen_)); }

void ProgressLine::start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) {
  measured_ = measured;
  started_ = Clock::now();
  first_step_ = step;
  total_steps_ = total_steps;
  columns_.clear();
  print(fmt::format("training: {}", counted(static_cast<Index>(total_steps), "step")));
}

void ProgressLine::step(std::uint64_t step, double loss, double tokens_per_second) {
  const double keep = has_means_ ? kept_share : 0;
  loss_ = keep * loss_ + (1 - keep) * loss;
  tokens_per_second_ = keep * tokens_per_second_ + (1 - keep) * tokens_per_second;
  has_means_ = true;
  if (screen_.is_terminal &&
      (!on_screen_ || seconds_between(drawn_, Clock::now()) > seconds_between_drawings))
    draw(step);
}

std::string ProgressLine::row(const std::string& epoch, const std::string& step,
                              const std::vector<std::string>& cells, const std::string& end) const {
  std::string line = fmt::format("{:<8}{:>8}", epoch, step);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    line += fmt::format("  {:>{}}", cells[i], columns_[i].size());
  return line + (end.empty() ? "" : "  " + end);
}

/// As many metrics as fit beside the rest.
void ProgressLine::head_table() {
  constexpr std::size_t most_metrics = 3, ends = 8 + 8 + 2 + 10 + 2 + 4;  // epoch, step, tokens/s, best
  const auto wide = [](const std::string& title) { return fmt::format("{:>6}", title); };
  columns_ = {wide("loss"), wide(measured_.score)};
  std::size_t width = ends;
  for (const std::string& column : columns_) width += column.size() + 2;
  std::string groups = std::string(16, ' ') + "   train";
  groups.resize(16 + width - ends, ' ');
  for (std::size_t i = 0; i < std::min(measured_.metrics.size(), most_metrics); ++i) {
    columns_.push_back(wide(measured_.metrics[i].title));
    width += columns_.back().size() + 2;
    if (width > screen_.width && i > 0) {
      columns_.pop_back();
      break;
    }
  }
  print(groups + "  validation");
  print(row("", "step", columns_, fmt::format("{:>10}", "tokens/s")));
}

void ProgressLine::epoch(const EpochRecord& record, Standing standing) {
  if (columns_.empty()) head_table();
  std::vector<std::string> cells{fraction(record.train_loss), fraction(record.train_score)};
  for (std::size_t i = 0; i + 2 < columns_.size(); ++i)
    cells.push_back(i < record.validation.size() ? fraction(record.validation[i]) : "-");
  print(row(fmt::format("epoch {}", record.epoch), fmt::format("{}", record.step), cells,
            fmt::format("{:>10}{}", whole(record.tokens_per_second),
                        standing == Standing::best  ? "  best"
                        : standing == Standing::tie ? "  tie"
                                                    : "")));
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
