#include "model/layer_trial.hpp"

#include <algorithm>

#include <orochi/error.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

constexpr Index vocabulary = 11, channels = 5, longest = 9;

/// The layer itself, and its parameters, have no part in the trial.
AttentionPositions told_by_positions(const Config& config, InputShape input, const Layers& layers) {
  if (layers.find(config.model.positions) == nullptr) return {};  // a registry of a few layers
  Parameters parameters(Parameters::CountOnly{});
  Builder builder(config, input, layers, parameters);
  builder.layer("positions", config.model.positions);
  return builder.attention_positions();
}

}  // namespace

double Numbers::next() {
  const std::uint32_t counter[4] = {static_cast<std::uint32_t>(count_++), 0, 0, 0x67726164u};
  const std::uint32_t key[2] = {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)};
  std::uint32_t words[4];
  kernels::philox(counter, key, words);
  return 2 * (static_cast<double>(words[0]) + 0.5) / 4294967296.0 - 1;
}

LayerTrial::LayerTrial(const LayerEntry& entry, const Layers& layers, const Config& config,
                       std::uint64_t seed)
    : numbers_(seed), tape_(parameters_, "eigen") {
  width_ = entry.role != Role::input ? config.model.d_model : entry.takes_tokens ? 0 : channels;
  const InputShape input{vocabulary, channels, longest};
  Builder builder(config, input, layers, parameters_);
  builder.attention_positions() = told_by_positions(config, input, layers);
  layer_ = builder.layer("layer", entry.name, width_);
  parameters_.allocate();
  for (const ParameterView& view : parameters_.views())
    for (Index i = 0; i < view.size; ++i)
      parameters_.data()[view.offset + i] =
          static_cast<Scalar>(0.8 * numbers_.next() + (view.init.kind == Init::Kind::ones));
  make_batch();
  x_.resize(static_cast<std::size_t>(offsets_.back() * width_));
  for (Scalar& value : x_) value = static_cast<Scalar>(1.5 * numbers_.next());
}

void LayerTrial::make_batch() {
  const Index sequences = 3 + numbers_.below(3);
  for (Index b = 0; b < sequences; ++b) {
    offsets_.push_back(offsets_.back() + 1 + numbers_.below(longest));
    samples_.push_back(static_cast<std::uint32_t>(numbers_.below(1000)));
  }
  for (Index i = 0; i < offsets_.back(); ++i)
    tokens_.push_back(static_cast<std::int32_t>(numbers_.below(vocabulary)));
}

Batch LayerTrial::batch_of(const Piece& piece) {
  const auto first = static_cast<std::size_t>(piece.first),
             count = static_cast<std::size_t>(piece.last) - first;
  rebased_.assign(offsets_.begin() + piece.first, offsets_.begin() + piece.last + 1);
  const auto first_row = static_cast<std::size_t>(rebased_.front()),
             rows = static_cast<std::size_t>(rebased_.back()) - first_row;
  if (!piece.slice)
    for (Index& offset : rebased_) offset -= static_cast<Index>(first_row);
  Batch batch;
  batch.tokens = std::span(tokens_).subspan(first_row, rows);
  batch.offsets = rebased_;
  batch.samples = std::span(samples_).subspan(first, count);
  return batch;
}

void LayerTrial::begin(const PassOptions& options, Gradients& gradients) {
  tape_.begin(options.mode, &gradients, options.key);
  if (!options.memory) return;
  constexpr Index room = Index{1} << 17;  // scalars, more than such a pass takes
  tape_.allocate(room);
  tape_.scratch().allocate(room * sizeof(Scalar));
  tape_.begin(options.mode, &gradients, options.key);  // now each arena is one block, which later passes keep
  std::fill_n(tape_.allocate(room), room, *options.memory);
  std::fill_n(static_cast<Scalar*>(tape_.scratch().allocate(room * sizeof(Scalar))), room, *options.memory);
  tape_.begin(options.mode, &gradients, options.key);
}

Var LayerTrial::input(const Piece& piece, const Batch& batch) {
  Var x = tape_.input(batch.num_rows(), width_, true);  // [N, C]
  std::copy_n(x_.data() + first_row(piece.first) * width_, batch.num_rows() * width_, x.data());
  return x;
}

const Scalar* LayerTrial::projection(Var y, Index first) {
  const auto end = static_cast<std::size_t>((first + y.rows()) * y.cols());
  while (projection_.size() < end) projection_.push_back(static_cast<Scalar>(numbers_.next()));
  return projection_.data() + first * y.cols();
}

void LayerTrial::find_result_rows() {
  const Batch batch = batch_of(whole());
  tape_.begin(Mode::infer, nullptr, {});
  const std::span<const Index> offsets = layer_->forward({input(whole(), batch), batch}).batch.offsets;
  for (const Index offset : offsets) result_offsets_.push_back(offset - offsets.front());
}

LayerPass LayerTrial::run(const Piece& piece, const PassOptions& options, Gradients& gradients) {
  if (result_offsets_.empty()) find_result_rows();
  const Batch batch = batch_of(piece);
  begin(options, gradients);
  Var x = input(piece, batch);
  std::vector<Var> uses;
  for (int i = 0; i < options.uses; ++i) uses.push_back(layer_->forward({x, batch}).values);
  const Var y = uses.front();
  const Index rows = first_result(piece.last) - first_result(piece.first);
  if (y.rows() != rows)
    throw failure("the result should have " + std::to_string(rows) + " rows, but has " +
                  std::to_string(y.rows()));
  LayerPass pass{{y.data(), y.data() + y.rows() * y.cols()}, {}, y.cols()};
  if (options.mode == Mode::infer) return pass;
  if (options.start != 0) x.grad_sum().setConstant(options.start);
  const Scalar* r = projection(y, first_result(piece.first));
  for (const Var& use : uses) use.add_grad(ConstMatrixMap(r, y.rows(), y.cols()));
  tape_.backward();
  const MatrixMap dx = x.grad_sum();  // zero where the layer never used x
  pass.dx.assign(dx.data(), dx.data() + dx.size());
  return pass;
}

double LayerTrial::loss() {
  const Batch batch = batch_of(whole());
  Gradients none(parameters_);
  begin({}, none);
  const Var y = layer_->forward({input(whole(), batch), batch}).values;
  const Scalar* r = projection(y, 0);
  double sum = 0;
  for (Index i = 0; i < y.rows() * y.cols(); ++i)
    sum += static_cast<double>(r[i]) * static_cast<double>(y.data()[i]);
  return sum;
}

}  // namespace orochi
