// What all ranks do together, made of exchanges of two. [docs/reproducibility.md]
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <orochi/communicator.hpp>

namespace orochi {

using Bytes = std::vector<std::byte>;

/// Everyone gets what rank 0 has. `bytes` is as long everywhere.
void broadcast(Communicator& ranks, std::span<std::byte> bytes);
/// The same, of any length.
void broadcast(Communicator& ranks, Bytes& bytes);

/// Everyone gets what each has, one after another by rank. The number of ranks is a power of 2.
Bytes gather_all(Communicator& ranks, Bytes own);

}  // namespace orochi
