#include "run/memory_estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/ops.hpp>
#include <orochi/updater.hpp>

#include "core/choices.hpp"
#include "core/kernels/kernels.hpp"
#include "data/windows.hpp"
#include "inference/model_file.hpp"
#include "run/machine_memory.hpp"
#include "train/shard_tree.hpp"
#include "train/shards.hpp"

namespace orochi {
namespace {

constexpr double bytes_each = sizeof(Scalar);

double moments(const TrainConfig& config, const Optimizers& optimizers) {
  const double average = averaging_of(config, 1).has_value() ? 1 : 0;
  const double each = moments_choice.is(config.moments, Precision::bf16) ? 2 / bytes_each : 1;
  return average + each * static_cast<double>(optimizers.make(config.optimizer)->moments().size());
}

/// Lengths of the training sequences.
struct Lengths {
  double mean = 1, longest = 1;
};
Lengths lengths_of(const Sequences& data) {
  Lengths lengths;
  lengths.longest = static_cast<double>(std::max<Index>(longest_of(data), 1));
  if (data.size() > 0)
    lengths.mean = static_cast<double>(data.offsets.back()) / static_cast<double>(data.size());
  return lengths;
}

/// Different ids that so many tokens, drawn as often as they occur in the data, are expected to be.
double distinct_ids(const Sequences& data, double tokens) {
  std::vector<double> counts;  // by id
  for (const std::int32_t id : data.tokens) {
    const auto at = static_cast<std::size_t>(id);
    if (at >= counts.size()) counts.resize(at + 1);
    ++counts[at];
  }
  double sum = 0;
  for (const double count : counts)
    sum -= std::expm1(tokens * std::log1p(-count / static_cast<double>(data.tokens.size())));
  return sum;
}

/// Gradients of embeddings: the rows of a micro-batch, which are listed, and from the second one on a row for
/// each id that the earlier ones had.
double row_bytes(const Parameters& parameters, const Sequences& data, double batch_rows, double update_rows) {
  constexpr double pointer = sizeof(Scalar*), id = sizeof(std::int32_t), room = 1.5;  // as vectors grow
  double sum = 0;
  for (const Parameters::Entry& entry : parameters.entries()) {
    if (entry.is_dense() || entry.rate == 0) continue;
    const auto rows = static_cast<double>(entry.size / entry.cols), width = static_cast<double>(entry.cols);
    sum += room * batch_rows * (width * bytes_each + id) + (batch_rows + rows) * pointer;
    if (update_rows <= batch_rows) continue;
    const double earlier = update_rows - batch_rows;
    const double ids = data.tokens.empty() ? earlier : distinct_ids(data, earlier);
    sum += std::min(rows, room * ids) * width * bytes_each + rows * id;
  }
  return sum;
}

/// Some sequences of one length, all of one token, which is no special one, and of values 0.
struct BlankBatch {
  BlankBatch(Index sequences, Index length, Index channels, const Task& task, std::int32_t token)
      : tokens(channels == 0 ? static_cast<std::size_t>(sequences * length) : 0, token),
        segments(tokens.size()),
        values(static_cast<std::size_t>(sequences * length * channels)),
        targets(static_cast<std::size_t>((task.level() == Level::row ? sequences * length : sequences) *
                                         task.target_width())),
        samples(static_cast<std::size_t>(sequences)),
        feature_offsets(static_cast<std::size_t>(sequences) + 1) {
    for (Index b = 0; b <= sequences; ++b) offsets.push_back(b * length);
    batch = {tokens, values, channels, offsets, samples, targets, task.target_width()};
    batch.segments = segments;
    batch.feature_offsets = feature_offsets;
  }
  std::vector<std::int32_t> tokens, segments;
  std::vector<float> values;
  std::vector<Index> offsets;
  std::vector<double> targets;
  std::vector<std::uint32_t> samples;
  std::vector<Index> feature_offsets;  // of none
  Batch batch;
};

/// Bytes that a pass over about so many rows takes of a tape.
double measure_pass(const Classifier& model, const Task& task, const Config& config, Index channels,
                    double rows, double length, Mode mode) {
  const Index each = std::max<Index>(1, static_cast<Index>(std::min(length, rows)));
  const Index sequences = std::max<Index>(1, static_cast<Index>(rows) / each);
  const Parameter table = model.parameters().find("embedding.weight");  // special tokens are at its ends
  const BlankBatch blank(sequences, each, channels, task, static_cast<std::int32_t>(table.rows / 2));
  Gradients gradients(model.parameters());
  Tape tape(model.parameters(), config.train.kernels.c_str());
  tape.begin(mode, mode == Mode::train ? &gradients : nullptr, {});
  Asked asked;
  const Batch batch = ask(task, blank.batch, {}, asked);
  const Var outputs = model.forward(tape, batch);  // [M, K]
  if (mode == Mode::infer) return static_cast<double>(tape.used());
  const Var loss = task.loss(outputs, batch, static_cast<double>(sequences));
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  return static_cast<double>(tape.used());
}

/// The same for any number of rows: beyond a few hundred it grows as they do.
double bytes_of_pass(const Classifier& model, const Task& task, const Config& config, Index channels,
                     double rows, double length, Mode mode) {
  constexpr double few = 256, more = 512;
  if (rows <= more) return measure_pass(model, task, config, channels, rows, length, mode);
  const double low = measure_pass(model, task, config, channels, few, std::min(length, few), mode),
               high = measure_pass(model, task, config, channels, more, std::min(length, more), mode);
  return high + (high - low) / (more - few) * (rows - more);
}

/// Dense gradients of shards that are in memory at once.
double gradients_at_once(const TrainConfig& config, const Parameters& parameters, int threads) {
  const Index shards = shards_within_bound(config, parameters);
  return static_cast<double>(config.gradient_accumulation_steps > 1 ? shards
                                                                    : ShardTree::rooms(shards, threads));
}

double packed_bytes(const Parameters& parameters, const TrainConfig& config) {
  if (kernels::choose_engine(config.kernels.c_str()) != kernels::Engine::native) return 0;
  double sum = 0;
  for (const Parameters::Entry& entry : parameters.entries())
    if (entry.use == Use::product) sum += static_cast<double>(entry.size) * bytes_each;
  return sum;
}

/// Of a list in a checkpoint, which pads every text to the longest.
struct StoredBytes {
  double operator()(const std::vector<std::string>& texts) const {
    std::size_t longest = 0;
    for (const std::string& text : texts) longest = std::max(longest, text.size());
    return static_cast<double>(texts.size()) * static_cast<double>(longest);
  }
  template <class Number>
  double operator()(const std::vector<Number>& numbers) const {
    return static_cast<double>(numbers.size() * sizeof(Number));
  }
};

[[noreturn]] void refuse(double needed, const MemoryLeft& left, const std::string& parts,
                         const std::string& remedy) {
  throw usage_error(fmt::format("this run would take about {} of memory more ({}), but {}; {}",
                                memory_text(needed), parts, left.reason, remedy));
}

}  // namespace

void Evaluated::add(const Sequences& part) {
  sequences = std::max(sequences, part.size());
  items = std::max(items, part.item(part.size()));
  const Index rows = longest_of(part);
  longest = std::max(longest, part.window > 0 ? std::min(rows, part.window) : rows);
}

MemoryEstimate estimate_memory(const Classifier& model, const Task& task, const Config& config,
                               const Optimizers& optimizers, const Sequences& train,
                               const Preprocessing& preprocessing, const Evaluated& evaluated, int threads) {
  const Parameters& parameters = model.parameters();
  const double all = static_cast<double>(parameters.size()) * bytes_each;
  const auto shards = static_cast<double>(shards_within_bound(config.train, parameters));
  const Lengths lengths = lengths_of(train);
  const double sequences = std::min(static_cast<double>(config.train.batch_size),
                                    static_cast<double>(std::max<Index>(train.size(), 1)));
  const double batch_rows = sequences * lengths.mean;
  const double update_rows = std::min(static_cast<double>(config.train.batch_size) *
                                          static_cast<double>(config.train.gradient_accumulation_steps),
                                      static_cast<double>(train.size())) *
                             lengths.mean;
  const double shard_rows = std::max(lengths.longest, batch_rows / shards);
  const double chunks = std::max(1.0, std::ceil(shard_rows / static_cast<double>(config.train.chunk_rows)));
  const double chunk_rows = std::max(lengths.longest, shard_rows / chunks);
  const double workers = std::min({static_cast<double>(threads), shards, sequences});

  MemoryEstimate estimate;
  estimate.optimizer = moments(config.train, optimizers) * all;
  estimate.gradients = gradients_at_once(config.train, parameters, threads) *
                       static_cast<double>(parameters.dense_size()) * bytes_each;
  estimate.rows = row_bytes(parameters, train, batch_rows, update_rows);
  if (!train.storage().is_on_disk()) estimate.frozen = kept_frozen_bytes(model, task, train);
  estimate.packed = packed_bytes(parameters, config.train);
  estimate.activations =
      workers * bytes_of_pass(model, task, config, train.channels, chunk_rows, lengths.mean, Mode::train);
  const double longest_evaluated = static_cast<double>(evaluated.longest);
  estimate.positions = model.position_bytes(static_cast<Index>(std::max(lengths.longest, longest_evaluated)));
  if (evaluated.sequences > 0)
    estimate.evaluation =
        threads * bytes_of_pass(model, task, config, train.channels, std::max(256.0, longest_evaluated),
                                lengths.mean, Mode::infer) +
        static_cast<double>(evaluated.items) * static_cast<double>(2 + task.kept()) * sizeof(double);
  constexpr double bytes_a_feature = 20;  // a float, and a node of liblinear
  estimate.linear_model =
      bytes_a_feature * static_cast<double>(config.data.series_features) * static_cast<double>(train.size());
  // By scripts/memory_estimate, which compares with what runs take.
  constexpr double threads_and_libraries = 3e6, heap_share = 0.08;
  estimate.overhead = threads_and_libraries + heap_share * estimate.training();
  double states = 0;
  for (const auto& [component, state] : state_of(&task, preprocessing))
    for (const auto& [name, value] : state.values()) states += std::visit(StoredBytes{}, value);
  estimate.checkpoint = 2 * (all + estimate.optimizer + states);  // the library's image and our copy of it
  return estimate;
}

MemoryEstimate estimate_memory(const Model& model, const LoadedData& data, int threads) {
  Evaluated evaluated;
  evaluated.add(data.validation);
  evaluated.add(data.test);
  return estimate_memory(*model.classifier, *model.task, model.config, model.extensions.optimizers,
                         data.train, data.preprocessing, evaluated, threads);
}

void refuse_large_model(const Config& config, const Extensions& extensions, InputShape input,
                        OutputShape output, double max_memory, double data_bytes) {
  constexpr double bytes_a_layer = 8192;  // objects and names, besides numbers
  const double count = Classifier::count(config, input, output, extensions.layers);
  const double copies =
      2 + moments(config.train, extensions.optimizers);  // parameters, moments, one shard's gradients
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
         "smaller: model.d_model, model.num_layers, data.tokenizer.vocab_size, data.max_length");
}

void refuse_large_run(const MemoryEstimate& estimate, double max_memory) {
  const MemoryLeft left = memory_left(max_memory);
  if (estimate.total() <= left.bytes) return;
  struct Share {
    double bytes;
    const char* name;
    const char* remedy;
  };
  std::array<Share, 9> shares{{
      {estimate.optimizer + estimate.packed, "optimizer", "model.d_model or model.num_layers"},
      {estimate.gradients, "gradients of the shards", "train.gradient_memory_mb or train.shards"},
      {estimate.rows, "gradients of the embedding",
       "train.batch_size, data.tokenizer.vocab_size or model.d_model"},
      {estimate.frozen, "rows of frozen blocks", "data.max_length, or data.storage = \"disk\""},
      {estimate.positions, "tables of positions", "data.max_length"},
      {estimate.activations, "activations", "data.max_length, train.chunk_rows or --threads"},
      {estimate.evaluation, "evaluation", "data.max_length or --threads"},
      {estimate.linear_model, "the linear model", "data.series_features"},
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
