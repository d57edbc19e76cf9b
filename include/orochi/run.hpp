// The whole program, to be called from `main`.
#pragma once

#include <orochi/layer.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Runs the command line with these layers; returns the exit code. Nothing is thrown. A program linked with
/// the double library has one verb, check-layer.
int run(int argc, char** argv, const Registry& registry);

}  // namespace orochi
