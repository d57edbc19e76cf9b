// The whole program, to be called from `main`.
#pragma once

#include <cstdint>

#include <orochi/extensions.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Heap allocations of the process so far: for `orochi bench`, where `main` counts them.
using AllocationCounter = std::uint64_t (*)();

/// Runs the command line with these components; returns the exit code. Nothing is thrown. A program linked
/// with the double library has the verbs check-layer and check-task only.
int run(int argc, char** argv, const Extensions& extensions, AllocationCounter allocations = nullptr);

}  // namespace orochi
#pragma GCC visibility pop
