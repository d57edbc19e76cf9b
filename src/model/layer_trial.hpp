// One layer over a small ragged batch: what checks of layers run forward and backward.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <orochi/layer.hpp>

namespace orochi {

/// Numbers in (-1, 1) counted from a seed: no state.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : seed_(seed) {}
  double next();
  Index below(Index n) { return static_cast<Index>((next() + 1) / 2 * static_cast<double>(n)); }

 private:
  std::uint64_t seed_, count_ = 0;
};

/// The sequences first .. last - 1 of the batch. A slice keeps the batch's offsets, as a chunk of training
/// does; without, they begin at 0.
struct Piece {
  Index first, last;
  bool slice;
};

/// How a pass runs.
struct PassOptions {
  Mode mode = Mode::train;
  RandomKey key{17, 3};
  std::optional<Scalar> memory = {};  // what results hold before anybody writes to them; none: anything
  int uses = 1;                       // of the layer, on the same x
  Scalar start = 0;                   // what the gradient of x holds before the backward pass
};

/// What a pass gave.
struct LayerPass {
  std::vector<Scalar> y;   // [rows of y, columns]
  std::vector<Scalar> dx;  // [N, C]; empty in inference
  Index columns = 0;       // of y
};

/// The loss is sum(r * y) with random r, so its gradient is r.
class LayerTrial {
 public:
  LayerTrial(const LayerEntry& entry, const Layers& layers, const Config& config, std::uint64_t seed);

  /// Gradients of parameters are added to `gradients`.
  LayerPass run(const Piece& piece, const PassOptions& options, Gradients& gradients);
  Piece whole() const { return {0, num_sequences(), false}; }
  /// The loss of the whole batch, in training.
  double loss();
  /// Gradients laid out as the parameters are.
  std::vector<Scalar> flat(Gradients& gradients) const {
    return GradientSum(parameters_, {&gradients}).flat();
  }

  Parameters& parameters() { return parameters_; }
  std::vector<Scalar>& x() { return x_; }  // [N, C]
  Index width() const { return width_; }   // C
  Index num_sequences() const { return static_cast<Index>(samples_.size()); }
  Index first_row(Index b) const { return offsets_[static_cast<std::size_t>(b)]; }
  /// The first row of sequence b in y of the whole batch.
  Index first_result(Index b) const { return result_offsets_[static_cast<std::size_t>(b)]; }

 private:
  void make_batch();
  Batch batch_of(const Piece& piece);
  void find_result_rows();
  void begin(const PassOptions& options, Gradients& gradients);
  Var input(const Piece& piece, const Batch& batch);  // [N, C]
  /// r, of the shape of y, whose rows are those of the whole from `first` on.
  const Scalar* projection(Var y, Index first);

  Numbers numbers_;
  Parameters parameters_;
  Tape tape_;
  Index width_ = 0;
  std::unique_ptr<Layer> layer_;
  std::vector<std::int32_t> tokens_;         // [N]
  std::vector<Index> offsets_{0}, rebased_;  // [B + 1]
  std::vector<Index> result_offsets_;        // [B + 1]: of y; empty before the first pass
  std::vector<std::uint32_t> samples_;       // [B]
  std::vector<Scalar> x_;                    // [N, C]
  std::vector<Scalar> projection_;           // [rows of y, columns]
};

}  // namespace orochi
