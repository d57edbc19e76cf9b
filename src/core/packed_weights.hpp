// Weights of linear layers in panels, packed once a step instead of once a product.
#pragma once

#include <vector>

#include <orochi/parameters.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {

/// W^T of every weight matrix [out, in], for x W^T. Stale as soon as the parameters change.
class PackedWeights {
 public:
  /// Only the engine of our own has a use for it; with others it stays empty.
  PackedWeights(const Parameters& parameters, kernels::Engine engine);

  /// Pieces may be packed side by side.
  Index num_pieces() const { return static_cast<Index>(pieces_.size()); }
  void pack(Index piece);
  /// nullptr where this parameter is none of them.
  const Scalar* find(Parameter p) const;

 private:
  struct Piece {
    Index id, first;  // a panel of a parameter's columns
  };
  const Parameters& parameters_;
  std::vector<Piece> pieces_;
  std::vector<Index> offsets_;  // by handle id; -1: not packed
  std::vector<Scalar> panels_;
};

}  // namespace orochi
