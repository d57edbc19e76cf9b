// Numbers that depend on a row's position alone, made only as far as sequences reach.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// A table [positions, width] in pieces that never move. A piece is made when a sequence first reaches it, by
/// whichever thread comes first: the number of positions alone takes no memory, and the table is at most
/// twice as long as the longest sequence, or one piece of up to 256 positions.
class PositionTable {
 public:
  /// Fills the rows [count, width] of the positions from `first` on.
  using Make = std::function<void(Index first, Index count, Scalar* rows)>;
  PositionTable(Index positions, Index width, Make make);
  ~PositionTable();
  PositionTable(const PositionTable&) = delete;
  PositionTable& operator=(const PositionTable&) = delete;

  /// Calls use(first, count, rows [count, width]) for the positions 0 .. length - 1, piece after piece. A
  /// sequence of more rows than there are positions is a usage_error.
  template <class Use>
  void each_piece(Index length, Use use) const {
    check(length);
    for (std::size_t i = 0; start(i) < length; ++i)
      use(start(i), std::min(length, start(i + 1)) - start(i), piece(i));
  }
  /// What it takes for sequences of `length` rows.
  double bytes(Index length) const;

 private:
  static constexpr std::size_t most_pieces = 64;  // each as long as all before it
  Index start(std::size_t i) const { return i == 0 ? 0 : first_length_ << (i - 1); }
  const Scalar* piece(std::size_t i) const {
    const Scalar* made = pieces_[i].load(std::memory_order_acquire);
    return made != nullptr ? made : make_piece(i);
  }
  const Scalar* make_piece(std::size_t i) const;
  void check(Index length) const;

  Index positions_, width_, first_length_;
  Make make_;
  mutable std::mutex making_;
  mutable std::array<std::atomic<Scalar*>, most_pieces> pieces_{};
};

}  // namespace orochi
#pragma GCC visibility pop
