#include <orochi/run.hpp>

#include "extensions.hpp"

int main(int argc, char** argv) {
  orochi::Extensions extensions = orochi::builtin();
  add_lion(extensions);
  add_one_cycle(extensions);
  return orochi::run(argc, argv, extensions);
}
