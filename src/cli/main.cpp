#include <orochi/run.hpp>

#include "cli/count_allocations.hpp"

int main(int argc, char** argv) {
  const orochi::Registry registry = orochi::builtin_layers();
  return orochi::run(argc, argv, registry, orochi::allocations);
}
