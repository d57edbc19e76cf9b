// The double library's program: gradient checks need the precision, training does not.
#include <orochi/run.hpp>
#include <orochi/scalar.hpp>

#include "cli/verbs.hpp"

namespace orochi {

int run(int argc, char** argv, const Registry& registry, AllocationCounter) {
  return run_program(
      argc, argv, {version, "Gradient checks of layers in double precision.", {check_layer_verb(registry)}});
}

}  // namespace orochi
