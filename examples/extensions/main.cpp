#include <orochi/run.hpp>

#include "extensions.hpp"

int main(int argc, char** argv) {
  orochi::Extensions extensions = orochi::builtin();
  add_lion(extensions);
  add_one_cycle(extensions);
  add_ordinal(extensions);
  add_swiglu(extensions.layers);
  add_depthwise(extensions.layers);
  add_codons(extensions.tokenizers);
  add_embl(extensions.readers);
  if constexpr (sizeof(orochi::Scalar) == 4) add_versus(extensions.verbs);  // in double there are no models
  return orochi::run(argc, argv, extensions);
}
