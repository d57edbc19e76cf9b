// Small data for baselines, without files.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <orochi/task.hpp>

#include "baseline/baseline.hpp"
#include "baseline/features.hpp"
#include "catch.hpp"
#include "data/split_mix.hpp"
#include "tokenizers.hpp"

namespace orochi::testing {

inline void add(Sequences& data, const std::vector<float>& values, Index channels, double target) {
  data.channels = channels;
  data.values.insert(data.values.end(), values.begin(), values.end());
  data.offsets.push_back(data.offsets.back() + std::ssize(values) / channels);
  data.targets.push_back(target);
}

/// Waves of two lengths, begun anywhere: class 1 swings faster. The mean of each value is the same in both.
inline LoadedData waves(Index count, Index length, Index channels = 1) {
  LoadedData data;
  data.preprocessing.channels = channels;
  SplitMix random(5, 0);
  for (Sequences* split : {&data.train, &data.validation, &data.test})
    for (Index i = 0; i < count; ++i) {
      const double begin = random.below(1000) / 100.0, pace = i % 2 == 0 ? 0.5 : 0.9;
      std::vector<float> values;
      for (Index t = 0; t < length * channels; ++t)
        values.push_back(static_cast<float>(std::sin(begin + pace * static_cast<double>(t)) +
                                            random.below(1000) / 2000.0));
      add(*split, values, channels, static_cast<double>(i % 2));
    }
  return data;
}

inline std::unique_ptr<Task> task_of(const std::string& type, const std::vector<std::string>& targets,
                                     const LoadedData& data) {
  std::unique_ptr<Task> task = builtin_tasks().make(Component{type, {}});
  task->fit(targets);
  task->fit_split(data.train.targets);
  return task;
}

/// The baselines of data with the labels 0 and 1.
struct Fitted {
  Fitted(const LoadedData& data, const SplitTexts& texts, const std::vector<std::string>& only = {},
         int threads = 2)
      : task(task_of("classification", {"no", "yes"}, data)) {
    BaselineRequest request{data, texts, *task, builtin_tasks().find("classification")->metrics};
    request.only = only;
    request.threads = threads;
    request.note = [this](const std::string& note) { notes += note + "\n"; };
    baselines = fit_baselines(request);
  }
  const Baseline& get(const std::string& name) const {
    const auto found = std::find_if(baselines.begin(), baselines.end(),
                                    [&](const Baseline& baseline) { return baseline.name == name; });
    REQUIRE(found != baselines.end());
    return *found;
  }

  std::unique_ptr<Task> task;
  std::vector<Baseline> baselines;
  std::string notes;
};

}  // namespace orochi::testing
