// One cycle (Smith & Topin 2018, arXiv:1708.07120): up to train.learning_rate and far down again, in cosines.
#include <cmath>
#include <numbers>

#include "extensions.hpp"

using namespace orochi;

namespace {

/// From a to b as `share` goes from 0 to 1.
double between(double a, double b, double share) {
  return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

class OneCycle : public Schedule {
 public:
  explicit OneCycle(const Settings& settings)
      : rise_(settings.number("rise")), start_(settings.number("start")), end_(settings.number("end")) {}

  /// It brings its own warm-up: train.warmup_steps stays 0.
  double rate(const SchedulePoint& point) const override {
    const double share = point.share(), first = start_ * point.peak, last = end_ * point.peak;
    if (share < rise_) return between(first, point.peak, share / rise_);
    return between(point.peak, last, (share - rise_) / (1 - rise_));
  }

 private:
  double rise_, start_, end_;
};

}  // namespace

void add_one_cycle(Extensions& extensions) {
  extensions.schedules.add<OneCycle>(
      "one_cycle", "up to the peak and far down again",
      {Option("rise", 0.3, "share of the run until the peak").above(0).below(1),
       Option("start", 0.04, "first rate, in peaks").above(0).to(1),
       Option("end", 4e-6, "last rate, in peaks").from(0).to(1)});
}
