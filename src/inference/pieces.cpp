#include "inference/pieces.hpp"

#include <orochi/batching.hpp>

#include "core/as_size.hpp"
#include "data/windows.hpp"

namespace orochi {
namespace {

constexpr Index rows_a_piece = 256;

std::span<const Scalar> forward(const Classifier& model, Tape& tape, const Batch& batch) {
  tape.begin(Mode::infer, nullptr, {});
  const Var y = model.forward(tape, batch);  // [items, K]
  return {y.data(), as_size(y.rows() * y.cols())};
}

/// Of windows' outputs [W, K] the means over each sequence's, [B, K], in their place.
void average(std::vector<Scalar>& outputs, Index k, std::span<const Index> first) {
  for (std::size_t b = 0; b + 1 < first.size(); ++b)
    for (Index j = 0; j < k; ++j) {
      double sum = 0;
      for (Index w = first[b]; w < first[b + 1]; ++w) sum += static_cast<double>(outputs[as_size(w * k + j)]);
      const auto count = static_cast<double>(first[b + 1] - first[b]);
      outputs[b * as_size(k) + as_size(j)] = static_cast<Scalar>(sum / count);
    }
  outputs.resize((first.size() - 1) * as_size(k));
}

}  // namespace

std::vector<Index> cut_pieces(const Batch& batch) {
  std::vector<Index> cuts{0};
  for (Index b = 0; b < batch.num_sequences(); ++b)
    if (b + 1 == batch.num_sequences() || batch.offsets[b + 1] - batch.offsets[cuts.back()] >= rows_a_piece)
      cuts.push_back(b + 1);
  return cuts;
}

std::span<const Scalar> infer(const Classifier& model, Tape& tape, const Batch& piece,
                              std::vector<Scalar>& memory) {
  if (!piece.has_windows()) return forward(model, tape, piece);
  const Windows windows = windows_of(piece.offsets, piece.window);
  const Batch all = window_batch(piece, windows);
  const std::vector<Index> cuts = cut_pieces(all);  // a long sequence's windows do not go in one pass
  memory.clear();
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const std::span<const Scalar> outputs = forward(model, tape, slice(all, cuts[i], cuts[i + 1]));
    memory.insert(memory.end(), outputs.begin(), outputs.end());
  }
  if (model.level() == Level::sequence) average(memory, model.outputs(), windows.first);
  return memory;
}

}  // namespace orochi
