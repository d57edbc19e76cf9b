// Weights of linear layers in panels, packed once a step instead of once a product.
#pragma once

#include <vector>

#include <orochi/parameters.hpp>

#include "core/kernels/bf16.hpp"

namespace orochi {

/// Whether a parameter is a matrix of products, and whether a matrix may be in bf16.
inline bool is_product_weight(const Parameters::Entry& entry) {
  return entry.use == Use::product && entry.size > entry.cols;
}
constexpr bool fits_bf16(Index out, Index in) { return out % 16 == 0 && in % 16 == 0; }

/// W^T of every weight matrix [out, in], for x W^T; in bf16 W too, for dy W. Stale as soon as the parameters
/// change.
class PackedWeights {
 public:
  /// Only the native engine has a use for it; with others it stays empty.
  PackedWeights(const Parameters& parameters, kernels::Engine engine,
                kernels::Precision precision = kernels::Precision::fp32);

  kernels::Precision precision() const { return precision_; }
  /// Pieces may be packed side by side.
  Index num_pieces() const { return static_cast<Index>(pieces_.size()); }
  void pack(Index piece);
  /// To be called where all pieces are packed.
  void end_packing() { packed_version_ = parameters_.version(); }
  /// Whether the parameters are still those that were packed.
  bool is_current() const { return packed_version_ == parameters_.version(); }

  /// nullptr where this parameter is not packed in float.
  const Scalar* find(Parameter p) const;
  /// Panels of W^T and of W, or nullptr twice where this parameter is not packed in bf16: matrices whose
  /// sides are multiples of 16 are.
  struct Bf16 {
    const kernels::Pair *transposed, *plain;
  };
  Bf16 find_bf16(Parameter p) const;

 private:
  struct Piece {
    Index id, first;  // a panel of a parameter's columns; first < 0: W as a whole
  };
  struct Place {
    Index single = -1, bf16 = -1;  // offsets; -1: not packed so
  };

  const Parameters& parameters_;
  std::uint64_t packed_version_ = ~std::uint64_t{0};  // before the first packing
  kernels::Precision precision_;
  std::vector<Piece> pieces_;
  std::vector<Place> places_;  // by handle id
  std::vector<Scalar> panels_;
  std::vector<kernels::Pair> bf16_panels_;
};

}  // namespace orochi
