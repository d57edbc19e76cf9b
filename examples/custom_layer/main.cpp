#include "layers.hpp"

int main(int argc, char** argv) {
  orochi::Registry layers = orochi::builtin_layers();
  add_my_layers(layers);
  return orochi::run(argc, argv, layers);
}
