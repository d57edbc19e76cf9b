#include "ranks/collectives.hpp"

#include <bit>
#include <cstdint>

namespace orochi {

void broadcast(Communicator& ranks, std::span<std::byte> bytes) {
  const int rank = ranks.rank();
  // Those that have it send it on by half the distance each time.
  for (int d = static_cast<int>(std::bit_ceil(static_cast<unsigned>(ranks.size()))) / 2; d > 0; d /= 2) {
    if (rank % (2 * d) == 0 && rank + d < ranks.size()) ranks.exchange(rank + d, bytes, {});
    if (rank % (2 * d) == d) ranks.exchange(rank - d, {}, bytes);
  }
}

void broadcast(Communicator& ranks, Bytes& bytes) {
  std::uint64_t size = bytes.size();
  broadcast(ranks, std::as_writable_bytes(std::span(&size, 1)));
  bytes.resize(size);
  broadcast(ranks, std::span(bytes));
}

Bytes gather_all(Communicator& ranks, Bytes own) {
  for (int d = 1; d < ranks.size(); d *= 2) {  // it has what d ranks gave, and its partner what d others did
    const int partner = ranks.rank() ^ d;
    const std::uint64_t size = own.size();
    std::uint64_t other_size = 0;
    ranks.exchange(partner, std::as_bytes(std::span(&size, 1)),
                   std::as_writable_bytes(std::span(&other_size, 1)));
    Bytes other(other_size);
    ranks.exchange(partner, own, other);
    if (partner < ranks.rank()) own.swap(other);
    own.insert(own.end(), other.begin(), other.end());
  }
  return own;
}

}  // namespace orochi
