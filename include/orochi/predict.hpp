// Many sequences at once: as a model takes them, and its answers on several threads.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/model.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Lines as `orochi predict` takes them. Throws a usage_error for the first one that is no sequence; of
/// several it has the number, from 0.
Sequences encode(const Model& model, std::span<const std::string> lines);
/// Sequences of numeric rows [T, channels], as they are in data files.
Sequences encode(const Model& model, std::span<const std::span<const float>> sequences);

/// What Model::predict answers, on `threads` threads.
std::vector<Prediction> predict(const Model& model, const Sequences& data, int threads);

/// What is at each row of sequence i, or of its first window, as text: its token, or for numbers the
/// position, from 1; with "[cls]" first for that pooling.
std::vector<std::string> row_labels(const Model& model, const Sequences& data, Index i);

}  // namespace orochi
#pragma GCC visibility pop
