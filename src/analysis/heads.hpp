// The heads of a trained model: what they do with a sequence, and what is lost without them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/record_attention.hpp>

#include "statistics/bootstrap.hpp"

namespace orochi {

/// One forward pass over sequence i, or over its first window: the record of every attention layer; also the
/// sequence's outputs [items, K], if asked for. Whole maps of a long sequence may not fit into memory: see
/// require_memory_for_maps. Without `maps`, map_rows shows some rows of any length. `replacements`: of heads
/// that are switched off. `threads` answer a sequence of several windows; one window is one thread's.
std::vector<AttentionRecord> record_sequence(const Model& trained, const Sequences& data, Index i,
                                             std::vector<Scalar>* outputs = nullptr, bool maps = true,
                                             std::span<const HeadReplacement> replacements = {},
                                             int threads = 1);

/// H heads of D columns in each attention layer; layers may differ.
struct HeadGrid {
  struct Layer {
    Index heads = 0, head_dim = 0;
  };
  std::vector<Layer> layers;

  Index count() const { return first(std::ssize(layers)); }  // of all layers' heads
  Index first(Index layer) const;                            // number of a layer's first head among all
  Index most_heads() const;                                  // in one layer
  Index widest() const;                                      // the largest D
};
/// From one recorded pass over the first sequence.
HeadGrid head_grid(const Model& trained, const Sequences& data);

/// Bytes of all heads' scores and maps of a sequence of so many rows.
double bytes_of_maps(const HeadGrid& grid, Index rows);
/// Throws where there are more than `left`.
void require_memory_for_maps(const HeadGrid& grid, Index rows, double left);

/// A figure and the middle 95 % of its bootstrap.
struct Estimate : Interval {
  double value = 0;
};

/// A model without one of its parts, over a labelled data set.
struct WithoutPart {
  double score = 0, loss = 0;      // Task::score
  Estimate score_drop, loss_rise;  // by how much both are worse than with all parts
};

/// One head, over a labelled data set. Means are over sequences, of their means over queries; of importance,
/// entropy and distance over windows, where sequences are windows.
struct HeadFigures : WithoutPart {
  Index layer = 0, head = 0;  // from 0
  double importance = 0;      // |sum of head output x d loss / d head output| (Michel et al. 2019)
  double entropy = 0;         // of the attention weights, in bits: 0 looks at one row, log2(T) at all alike
  double distance = 0;        // rows between a query and where it looks
};

struct AblationOptions {
  bool by_mean = false;     // a head's mean output over the data in its place, not zeros
  Index resamples = 1000;   // of the bootstrap over sequences
  std::uint64_t seed = 42;  // of the bootstrap
};

struct Ablation {
  Index sequences = 0;
  double score = 0, loss = 0;               // with all heads
  std::vector<HeadFigures> heads;           // [L H], by layer, then head
  std::optional<WithoutPart> linear_model;  // the encoder alone, where a linear model is beside it
  std::vector<double> similarity;           // [L H, L H]: correlation of two heads' maps, mean over
                                            // sequences of more than one row
};

/// Runs the model once with all heads and once without each, and without its linear model, with
/// gradients and maps in a run of its own; on `threads` threads, the same bits on any number. Throws a
/// usage_error for a model without attention.
Ablation ablate_heads(const Model& trained, const Sequences& data, const AblationOptions& options,
                      int threads);

}  // namespace orochi
