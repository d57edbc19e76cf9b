// constant, linear and cosine (Loshchilov & Hutter 2017): from the peak down to a final rate.
#include <cmath>
#include <numbers>

#include "train/builtin.hpp"

namespace orochi {
namespace {

class Constant : public Schedule {
 public:
  explicit Constant(const Settings&) {}
  double rate(const SchedulePoint& point) const override { return point.peak; }
};

class Linear : public Schedule {
 public:
  explicit Linear(const Settings& settings) : final_(settings.number("final_learning_rate")) {}
  double rate(const SchedulePoint& point) const override {
    return point.peak + (final_ - point.peak) * point.share();
  }

 private:
  double final_;
};

class Cosine : public Schedule {
 public:
  explicit Cosine(const Settings& settings) : final_(settings.number("final_learning_rate")) {}
  double rate(const SchedulePoint& point) const override {
    return final_ + (point.peak - final_) * 0.5 * (1 + std::cos(std::numbers::pi * point.share()));
  }

 private:
  double final_;
};

}  // namespace

void add_decay_schedules(Schedules& schedules) {
  const std::vector<Option> options{
      Option("final_learning_rate", 0.0, "of the last update; at most train.learning_rate").from(0)};
  schedules.add<Constant>("constant", "train.learning_rate throughout");
  schedules.add<Linear>("linear", "falls in a straight line", options);
  schedules.add<Cosine>("cosine", "falls by half a turn of a cosine", options);
}

}  // namespace orochi
