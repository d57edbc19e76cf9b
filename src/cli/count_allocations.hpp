// For programs that count their heap allocations: link count_allocations.cpp, which replaces operator new.
#pragma once

#include <cstdint>

namespace orochi {

/// Calls of operator new by this process so far. Libraries in C (HDF5, oneDNN) have their own ways to memory.
std::uint64_t allocations();

}  // namespace orochi
