#include <orochi/run.hpp>

#include "cli/count_allocations.hpp"

int main(int argc, char** argv) {
  const orochi::Extensions extensions = orochi::builtin();
  return orochi::run(argc, argv, extensions, orochi::allocations);
}
