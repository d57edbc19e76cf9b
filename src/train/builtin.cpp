// The list of everything that comes with Orochi.
#include "train/builtin.hpp"

namespace orochi {

Extensions builtin() {
  Extensions extensions;
  extensions.layers = builtin_layers();
  extensions.tasks = builtin_tasks();
  add_sgd(extensions.optimizers);
  add_adam(extensions.optimizers);
  add_decay_schedules(extensions.schedules);
  extensions.readers = builtin_readers();
  extensions.tokenizers = builtin_tokenizers();
  return extensions;
}

}  // namespace orochi
