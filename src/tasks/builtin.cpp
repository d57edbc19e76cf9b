// The list of the tasks that come with Orochi.
#include "tasks/builtin.hpp"

namespace orochi {

Tasks builtin_tasks() {
  Tasks tasks;
  add_classification(tasks);
  add_multi_label(tasks);
  add_regression(tasks);
  add_token_labels(tasks);
  add_masked_tokens(tasks);
  add_masked_rows(tasks);
  return tasks;
}

}  // namespace orochi
