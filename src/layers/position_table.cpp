#include <bit>

#include <orochi/position_table.hpp>

#include "core/memory.hpp"
#include "layers/embedding.hpp"

namespace orochi {
namespace {

/// Of the first piece: a power of two, about 128 KB.
Index first_length(Index width) {
  constexpr Index numbers = Index{1} << 15, most = 256;
  return std::clamp<Index>(
      static_cast<Index>(std::bit_floor(static_cast<std::size_t>(numbers / std::max<Index>(width, 1)))), 1,
      most);
}

}  // namespace

PositionTable::PositionTable(Index positions, Index width, Make make)
    : positions_(positions), width_(width), first_length_(first_length(width)), make_(std::move(make)) {}

PositionTable::~PositionTable() {
  for (const std::atomic<Scalar*>& piece : pieces_) free_scalars(piece.load());
}

const Scalar* PositionTable::make_piece(std::size_t i) const {
  const std::lock_guard lock(making_);
  if (const Scalar* made = pieces_[i].load(std::memory_order_relaxed)) return made;  // while this one waited
  const Index count = std::min(positions_, start(i + 1)) - start(i);
  Scalar* rows = allocate_scalars(count * width_);  // [count, width]
  make_(start(i), count, rows);
  pieces_[i].store(rows, std::memory_order_release);
  return rows;
}

void PositionTable::check(Index length) const { check_positions(length, positions_); }

double PositionTable::bytes(Index length) const {
  std::size_t i = 0;
  while (start(i) < std::min(length, positions_)) ++i;
  return static_cast<double>(std::min(start(i), positions_)) * static_cast<double>(width_) * sizeof(Scalar);
}

}  // namespace orochi
