// The double library's program: gradient checks need the precision, training does not.
#include <orochi/run.hpp>
#include <orochi/scalar.hpp>

#include "cli/verbs.hpp"

namespace orochi {

Extensions builtin() {
  Extensions extensions;
  extensions.layers = builtin_layers();
  extensions.tasks = builtin_tasks();
  extensions.tokenizers = builtin_tokenizers();
  return extensions;
}

int run(int argc, char** argv, const Extensions& extensions, AllocationCounter) {
  return run_program(
      argc, argv,
      {version, "", "Gradient checks in double precision.", {check_layer_verb(), check_task_verb()}},
      extensions);
}

}  // namespace orochi
