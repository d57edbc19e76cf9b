// Tasks that tests need.
#pragma once

#include <orochi/task.hpp>

namespace orochi {

inline std::unique_ptr<Task> new_task(const std::string& type = "classification", Options options = {}) {
  return builtin_tasks().make(Component{type, std::move(options)});
}

/// Classification of the labels "0", "1", ...
inline std::unique_ptr<Task> class_task(Index classes, Options options = {}) {
  std::unique_ptr<Task> task = new_task("classification", std::move(options));
  std::vector<std::string> labels;
  for (Index k = 0; k < classes; ++k) labels.push_back(std::to_string(k));
  task->fit(labels);
  task->fit_split({});
  return task;
}

/// What training learned of its labels.
inline std::vector<std::string> labels_of(const Targets& task) {
  State state;
  task.save(state);
  return state.texts("labels");
}

}  // namespace orochi
