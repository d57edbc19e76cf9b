#include "train/memory_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/kernels/kernels.hpp"
#include "train/lanes.hpp"
#include "train/machine_memory.hpp"

namespace orochi {
namespace {

constexpr double bytes_each = sizeof(Scalar);

double moments(const TrainConfig& config) { return config.optimizer == "sgd" ? 1 : 2; }

/// Lengths of the training sequences.
struct Lengths {
  double mean = 1, longest = 1;
};
Lengths lengths_of(const Sequences& data) {
  Lengths lengths;
  for (Index b = 0; b < data.size(); ++b)
    lengths.longest = std::max(lengths.longest, static_cast<double>(data.length(b)));
  if (data.size() > 0)
    lengths.mean = static_cast<double>(data.offsets.back()) / static_cast<double>(data.size());
  return lengths;
}

/// Some sequences of one length, all tokens and values 0.
struct BlankBatch {
  BlankBatch(Index sequences, Index length, Index channels)
      : tokens(channels == 0 ? static_cast<std::size_t>(sequences * length) : 0),
        values(static_cast<std::size_t>(sequences * length * channels)),
        labels(static_cast<std::size_t>(sequences)),
        samples(static_cast<std::size_t>(sequences)) {
    for (Index b = 0; b <= sequences; ++b) offsets.push_back(b * length);
    batch = {tokens, values, channels, offsets, labels, samples};
  }
  std::vector<std::int32_t> tokens;
  std::vector<float> values;
  std::vector<Index> offsets;
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> samples;
  Batch batch;
};

/// Bytes that a pass over about so many rows takes of a tape.
double measure_pass(const Classifier& model, const Config& config, Index channels, double rows, double length,
                    Mode mode) {
  const Index each = std::max<Index>(1, static_cast<Index>(std::min(length, rows)));
  const Index sequences = std::max<Index>(1, static_cast<Index>(rows) / each);
  const BlankBatch blank(sequences, each, channels);
  Gradients gradients(model.parameters());
  Tape tape(model.parameters(), config.train.kernels.c_str());
  tape.begin(mode, mode == Mode::train ? &gradients : nullptr, {});
  const Var logits = model.forward(tape, blank.batch);  // [B, K]
  if (mode == Mode::infer) return static_cast<double>(tape.used());
  const Var loss = cross_entropy(logits, blank.batch.labels,
                                 {config.train.label_smoothing, {}, static_cast<double>(sequences)});
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  return static_cast<double>(tape.used());
}

/// The same for any number of rows: beyond a few hundred it grows as they do.
double bytes_of_pass(const Classifier& model, const Config& config, Index channels, double rows,
                     double length, Mode mode) {
  constexpr double few = 256, more = 512;
  if (rows <= more) return measure_pass(model, config, channels, rows, length, mode);
  const double low = measure_pass(model, config, channels, few, std::min(length, few), mode),
               high = measure_pass(model, config, channels, more, std::min(length, more), mode);
  return high + (high - low) / (more - few) * (rows - more);
}

double packed_bytes(const Parameters& parameters, const TrainConfig& config) {
  if (kernels::choose_engine(config.kernels.c_str()) != kernels::Engine::own) return 0;
  double sum = 0;
  for (const Parameters::Entry& entry : parameters.entries())
    if (entry.gradient == GradientKind::dense && entry.decay == Decay::yes)
      sum += static_cast<double>(entry.size) * bytes_each;
  return sum;
}

/// A checkpoint pads every text of a list to the longest.
double padded_bytes(const std::vector<std::string>& texts) {
  std::size_t longest = 0;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  return static_cast<double>(texts.size()) * static_cast<double>(longest);
}

[[noreturn]] void refuse(double needed, const MemoryLeft& left, const std::string& parts,
                         const std::string& remedy) {
  throw usage_error(fmt::format("this run would take about {} of memory more ({}), but {}; {}",
                                memory_text(needed), parts, left.reason, remedy));
}

}  // namespace

MemoryEstimate estimate_memory(const Classifier& model, const Config& config, const Sequences& train,
                               const Preprocessing& preprocessing, Index largest_evaluation, int threads) {
  const Parameters& parameters = model.parameters();
  const double all = static_cast<double>(parameters.size()) * bytes_each;
  const auto lanes = static_cast<double>(lanes_within_bound(config.train, parameters));
  const Lengths lengths = lengths_of(train);
  const double sequences = std::min(static_cast<double>(config.train.batch_size),
                                    static_cast<double>(std::max<Index>(train.size(), 1)));
  const double batch_rows = sequences * lengths.mean;
  const double lane_rows = std::max(lengths.longest, batch_rows / lanes);
  const double chunks = std::max(1.0, std::ceil(lane_rows / static_cast<double>(config.train.chunk_rows)));
  const double chunk_rows = std::max(lengths.longest, lane_rows / chunks);
  const double workers = std::min({static_cast<double>(threads), lanes, sequences});
  const auto k = static_cast<double>(model.num_classes());

  MemoryEstimate estimate;
  estimate.optimizer = moments(config.train) * all;
  const double tables = (all - static_cast<double>(parameters.dense_size()) * bytes_each) > 0
                            ? batch_rows * static_cast<double>(config.model.d_model) * bytes_each
                            : 0;
  estimate.gradients = lanes * static_cast<double>(parameters.dense_size()) * bytes_each + 1.5 * tables;
  estimate.packed = packed_bytes(parameters, config.train);
  estimate.activations =
      workers * bytes_of_pass(model, config, train.channels, chunk_rows, lengths.mean, Mode::train);
  if (largest_evaluation > 0)
    estimate.evaluation =
        threads * bytes_of_pass(model, config, train.channels, std::max(256.0, lengths.longest), lengths.mean,
                                Mode::infer) +
        static_cast<double>(largest_evaluation) * k * bytes_each;
  // By scripts/memory_estimate, which compares with what runs take.
  constexpr double threads_and_libraries = 3e6, heap_share = 0.08;
  estimate.overhead = threads_and_libraries + heap_share * estimate.training();
  const double texts = padded_bytes(preprocessing.vocabulary) + padded_bytes(preprocessing.labels);
  estimate.checkpoint = 2 * (all + estimate.optimizer + texts);  // the library's image and our copy of it
  return estimate;
}

double parameter_count(const Config& config, InputShape input, Index num_classes) {
  const ModelConfig& m = config.model;
  const auto number = [](Index n) { return static_cast<double>(n); };
  const double c = number(m.d_model), f = m.dim_feedforward > 0 ? number(m.dim_feedforward) : 4 * c;
  const double width = m.head_dim > 0 ? number(m.num_heads) * number(m.head_dim) : c;
  const double norm = m.norm == "layer_norm" ? 2 * c : m.norm == "rms_norm" ? c : 0;
  const double attention = m.attention == "multi_head_attention" ? 4 * width * c + 3 * width + c : 0;
  const double feed_forward = m.feed_forward == "feed_forward" ? 2 * f * c + f + c : 0;
  const double encoder_layer = 2 * norm + attention + feed_forward;
  double blocks = m.blocks.empty() ? number(m.num_layers) * encoder_layer : 0;
  for (const std::string& block : m.blocks) {
    if (block == "encoder_layer") blocks += encoder_layer;
    if (block == m.norm) blocks += norm;
    if (block == m.attention) blocks += attention;
    if (block == m.feed_forward) blocks += feed_forward;
  }
  const double class_token = m.pooling == "cls" ? 1 : 0;
  const double rows = number(input.max_length) + class_token;
  return (input.vocab_size > 0 ? number(input.vocab_size) * c : number(input.channels) * c + c) +
         class_token * c + (m.positions == "learned" ? rows * c : 0) + blocks + (m.norm_first ? norm : 0) +
         (m.pooling == "attention" ? c : 0) + number(num_classes) * (c + 1);
}

void refuse_large_model(const Config& config, InputShape input, Index num_classes, double max_memory,
                        double data_bytes) {
  constexpr double bytes_a_layer = 8192;  // objects and names, besides numbers
  const double count = parameter_count(config, input, num_classes);
  const double copies = 2 + moments(config.train);  // parameters, moments, one lane's gradients
  const double needed =
      count * bytes_each * copies + static_cast<double>(config.model.num_layers) * bytes_a_layer;
  const MemoryLeft left = memory_left(max_memory);
  if (needed <= left.bytes) return;
  if (data_bytes > needed)
    throw usage_error(fmt::format(
        "the data has taken {} of memory; the model would take about {} more ({:.3g} parameters), "
        "but {}; use a part of the data",
        memory_text(data_bytes), memory_text(needed), count, left.reason));
  refuse(needed, left, fmt::format("{:.3g} parameters", count),
         "smaller: model.d_model, model.num_layers, data.vocab_size, data.max_length");
}

void refuse_large_run(const MemoryEstimate& estimate, double max_memory) {
  const MemoryLeft left = memory_left(max_memory);
  if (estimate.total() <= left.bytes) return;
  struct Share {
    double bytes;
    const char* name;
    const char* remedy;
  };
  std::array<Share, 5> shares{{
      {estimate.optimizer + estimate.packed, "optimizer", "model.d_model or model.num_layers"},
      {estimate.gradients, "gradients of the lanes", "train.gradient_memory_mb or train.lanes"},
      {estimate.activations, "activations", "data.max_length, train.chunk_rows or --threads"},
      {estimate.evaluation, "evaluation", "data.max_length or --threads"},
      {estimate.checkpoint, "writing a checkpoint", "model.d_model or model.num_layers"},
  }};
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return a.bytes > b.bytes; });
  std::string parts;
  for (const Share& share : shares)
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", share.name, memory_text(share.bytes));
  refuse(estimate.total(), left, parts, fmt::format("smaller: {}", shares.front().remedy));
}

}  // namespace orochi
