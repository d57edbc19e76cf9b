#include "layers.hpp"

int main(int argc, char** argv) {
  orochi::Extensions extensions = orochi::builtin();
  add_my_layers(extensions.layers);
  return orochi::run(argc, argv, extensions);
}
