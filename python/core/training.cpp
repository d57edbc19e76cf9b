// Training, with Python's lock free but for what it is told and asked.
#include <algorithm>
#include <chrono>
#include <exception>

#include <pybind11/stl.h>

#include <orochi/train.hpp>
#include <orochi/write_numbers.hpp>

#include "arrays.hpp"
#include "bindings.hpp"

namespace orochi::python {
namespace {

using Clock = std::chrono::steady_clock;

/// True at most once in a while: each question takes Python's lock, for which other threads may have to be
/// waited for.
class Pace {
 public:
  bool due() {
    if (Clock::now() < next_) return false;
    next_ = Clock::now() + std::chrono::milliseconds(50);
    return true;
  }

 private:
  Clock::time_point next_{};
};

py::dict figures(const std::vector<MetricInfo>& metrics, const std::vector<double>& values) {
  py::dict result;
  for (std::size_t i = 0; i < std::min(metrics.size(), values.size()); ++i)
    result[metrics[i].name.c_str()] = values[i];
  return result;
}

/// Passes on to a Python object with the same functions. What it throws, Ctrl-C among it, is kept: training
/// ends with this step then, as after an interruption.
class Observer : public TrainObserver {
 public:
  explicit Observer(py::object told) : told_(std::move(told)) {}

  void note(const std::string& line) override {
    call([&] { told_.attr("note")(line); });
  }
  void start(const Measured& measured, std::uint64_t step, std::uint64_t total_steps) override {
    metrics_ = measured.metrics;
    score_ = measured.score;
    call([&] { told_.attr("start")(step, total_steps); });
  }
  void step(std::uint64_t step, double loss, double tokens_per_second) override {
    if (pace_.due()) call([&] { told_.attr("step")(step, loss, tokens_per_second); });
  }
  void epoch(const EpochRecord& record, Standing standing) override {
    call([&] {
      py::dict line;
      line["epoch"] = record.epoch;
      line["step"] = record.step;
      line["learning_rate"] = record.learning_rate;
      line["train_loss"] = record.train_loss;
      line[("train_" + score_).c_str()] = record.train_score;
      for (std::size_t i = 0; i < std::min(metrics_.size(), record.validation.size()); ++i)
        line[("validation_" + metrics_[i].name).c_str()] = record.validation[i];
      line["seconds"] = record.seconds;
      told_.attr("epoch")(line, standing == Standing::best);
    });
  }

  /// Whether to leave off.
  bool stops() {
    if (thrown_ == nullptr && signals_.due())
      call([] {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      });
    return thrown_ != nullptr;
  }
  void rethrow() const {
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  }

 private:
  template <class Work>
  void call(Work work) {
    if (thrown_ != nullptr) return;
    const py::gil_scoped_acquire acquire;
    try {
      work();
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  py::object told_;
  std::vector<MetricInfo> metrics_;
  std::string score_;
  Pace pace_, signals_;
  std::exception_ptr thrown_;
};

py::dict as_dict(const TrainResult& result) {
  py::dict found;
  found["run"] = result.run;
  found["model"] = result.model;
  found["finished"] = result.finished;
  found["steps"] = result.steps;
  found["seconds"] = result.seconds;
  found["monitor"] = result.monitor;
  found["best_epoch"] = result.best_epoch;
  found["best_metric"] = result.validated ? py::cast(result.best_metric) : py::none();
  found["test"] =
      result.tested ? figures(result.metrics, values_of(result.test, result.metrics)) : py::dict();
  return found;
}

py::dict train(const std::string& config, const std::vector<std::string>& overrides, const std::string& run,
               bool resume, int threads, const py::object& observer) {
  Observer told(observer);
  TrainRequest request;
  request.config_path = config;
  request.overrides = overrides;
  request.run = run;
  request.resume = resume;
  request.threads = threads;
  request.stop = [&] { return told.stops(); };
  TrainResult result;
  {
    const py::gil_scoped_release release;
    result = orochi::train(request, builtin(), told);
  }
  told.rethrow();
  return as_dict(result);
}

/// Values [N, channels], offsets [B + 1], labels [B], weights [B] or [0].
void write(const std::string& path, const Array<float>& values, const Array<std::int64_t>& offsets,
           const std::vector<std::string>& labels, const Array<double>& weights) {
  const std::vector<Index> bounds(offsets.data(), offsets.data() + offsets.size());
  const NumericData data{{values.data(), static_cast<std::size_t>(values.size())},
                         values.shape(1),
                         bounds,
                         labels,
                         {weights.data(), static_cast<std::size_t>(weights.size())}};
  const py::gil_scoped_release release;
  write_numbers(path, data);
}

}  // namespace

void add_training(py::module_& module) {
  module.def("train", train, py::arg("config"), py::arg("overrides"), py::arg("run"), py::arg("resume"),
             py::arg("threads"), py::arg("observer"));
  module.def("write_numbers", write, py::arg("path"), py::arg("values"), py::arg("offsets"),
             py::arg("labels"), py::arg("weights"));
}

}  // namespace orochi::python
