#include "train/head_survey.hpp"

#include <algorithm>
#include <cmath>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "data/batching.hpp"
#include "train/thread_pool.hpp"

namespace orochi {
namespace {

constexpr Index shard_size = 32;  // sequences whose sums are added together first, on any number of threads

/// Sums over some sequences.
struct Sums {
  explicit Sums(const HeadGrid& grid)
      : importance(as_size(grid.count())),
        entropy(as_size(grid.count())),
        distance(as_size(grid.count())),
        similarity(as_size(grid.count() * grid.count())),
        values(as_size(grid.count() * grid.head_dim)) {}
  std::vector<double> importance, entropy, distance, similarity, values;
  double compared = 0;  // sequences in `similarity`
};

/// The maps of all heads without their mean and scaled to length 1, so that a product is a correlation. Plain
/// loops: Eigen's sums depend on where memory lies.
std::vector<Scalar> unit_maps(std::span<const AttentionRecord> records, Index size) {
  std::vector<Scalar> result;  // [L H, T T]
  for (const AttentionRecord& record : records) {
    for (Index h = 0; h < record.num_heads; ++h) {
      const Scalar* map = record.map.data() + h * size;
      double sum = 0, squares = 0;
      for (Index i = 0; i < size; ++i) sum += static_cast<double>(map[i]);
      const double mean = sum / static_cast<double>(size);
      for (Index i = 0; i < size; ++i) {
        const double off = static_cast<double>(map[i]) - mean;
        squares += off * off;
      }
      const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
      for (Index i = 0; i < size; ++i)
        result.push_back(static_cast<Scalar>(scale * (static_cast<double>(map[i]) - mean)));
    }
  }
  return result;
}

void add_similarity(std::span<const AttentionRecord> records, std::vector<double>& sums) {
  const Index size = records.front().length * records.front().length;
  const std::vector<Scalar> maps = unit_maps(records, size);
  const Index n = std::ssize(maps) / size;
  std::vector<Scalar> products(as_size(n * n));
  kernels::gemm_nt(kernels::choose_engine("auto"), n, n, size, {maps.data(), size}, {maps.data(), size},
                   products.data(), n, false);
  for (std::size_t i = 0; i < products.size(); ++i) sums[i] += static_cast<double>(products[i]);
}

void add_sequence(std::span<const AttentionRecord> records, Sums& sums) {
  for (const AttentionRecord& record : records) {
    const Index t = record.length, d = record.head_dim, width = record.num_heads * d;
    for (Index h = 0; h < record.num_heads; ++h) {
      const std::size_t at = as_size(record.layer * record.num_heads + h);
      const Scalar* map = record.map.data() + h * t * t;
      sums.importance[at] += std::abs(static_cast<double>(record.influence[as_size(h)]));
      sums.entropy[at] += mean_entropy(map, t);
      sums.distance[at] += mean_distance(map, t);
      for (Index i = 0; i < t; ++i)
        for (Index j = 0; j < d; ++j)
          sums.values[at * as_size(d) + as_size(j)] +=
              static_cast<double>(record.filtered[as_size(i * width + h * d + j)]);
    }
  }
  if (records.front().length == 1) return;  // its maps are all alike
  add_similarity(records, sums.similarity);
  sums.compared += 1;
}

/// The same model without dropout, for gradients.
std::unique_ptr<Classifier> without_dropout(const TrainedModel& trained) {
  Config config = trained.config;
  config.model.dropout = config.model.attention_dropout = 0;
  auto model =
      std::make_unique<Classifier>(config, trained.input, trained.model->num_classes(), *trained.registry);
  std::copy_n(trained.model->parameters().data(), trained.model->parameters().size(),
              model->parameters().data());
  return model;
}

/// What a thread needs for recorded passes forward and backward.
struct Worker {
  Worker(const Classifier& model, const std::string& engine)
      : gradients(model.parameters()), tape(model.parameters(), engine.c_str()) {
    tape.set_recording(&recording);
  }
  Gradients gradients;
  Recording recording;
  Tape tape;
};

void record_gradients(Worker& worker, const Classifier& model, const Batch& sequence) {
  worker.recording.records.clear();
  worker.gradients.clear();
  worker.tape.begin(Mode::train, &worker.gradients, {});
  const Var loss = cross_entropy(model.forward(worker.tape, sequence), sequence.labels, {0, {}, 1});
  loss.add_grad(RowMatrix::Ones(1, 1));
  worker.tape.backward();
}

void add_to(std::vector<double>& sums, const std::vector<double>& more) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
}

void divide(std::vector<double>& sums, double count) {
  for (double& sum : sums) sum /= count;
}

}  // namespace

double mean_entropy(const Scalar* map, Index t) {
  double sum = 0;
  for (Index i = 0; i < t * t; ++i)
    if (const auto p = static_cast<double>(map[i]); p > 0) sum -= p * std::log2(p);
  return sum / static_cast<double>(t);
}

double mean_distance(const Scalar* map, Index t) {
  double sum = 0;
  for (Index q = 0; q < t; ++q)
    for (Index k = 0; k < t; ++k)
      sum += static_cast<double>(map[q * t + k]) * static_cast<double>(std::abs(q - k));
  return sum / static_cast<double>(t);
}

HeadGrid head_grid(const TrainedModel& trained, const Sequences& data) {
  if (data.size() == 0) throw usage_error("there is no sequence in the data");
  const std::vector<AttentionRecord> records = record_sequence(trained, data, 0);
  if (records.empty())
    throw usage_error("the model has no multi-head attention: there is no head to look at");
  HeadGrid grid{0, records.front().num_heads, records.front().head_dim};
  for (const AttentionRecord& record : records) grid.layers = std::max(grid.layers, record.layer + 1);
  return grid;
}

HeadSurvey survey_heads(const TrainedModel& trained, const Sequences& data, const HeadGrid& grid,
                        int threads) {
  std::vector<std::uint32_t> samples;
  const Batch all = as_batch(data, samples);
  const std::unique_ptr<Classifier> model = without_dropout(trained);
  std::vector<std::unique_ptr<Worker>> workers;
  ThreadPool pool(threads);
  for (int i = 0; i < pool.size(); ++i)
    workers.push_back(std::make_unique<Worker>(*model, trained.config.train.kernels));
  std::vector<Sums> shards(as_size((data.size() + shard_size - 1) / shard_size), Sums(grid));
  pool.for_each(std::ssize(shards), [&](Index shard, int w) {
    Worker& worker = *workers[static_cast<std::size_t>(w)];
    for (Index b = shard * shard_size; b < std::min((shard + 1) * shard_size, data.size()); ++b) {
      record_gradients(worker, *model, slice(all, b, b + 1));
      add_sequence(worker.recording.records, shards[as_size(shard)]);
    }
  });
  Sums total(grid);
  for (const Sums& shard : shards) {
    add_to(total.importance, shard.importance);
    add_to(total.entropy, shard.entropy);
    add_to(total.distance, shard.distance);
    add_to(total.similarity, shard.similarity);
    add_to(total.values, shard.values);
    total.compared += shard.compared;
  }
  const auto count = static_cast<double>(data.size());
  for (std::vector<double>* sums : {&total.importance, &total.entropy, &total.distance}) divide(*sums, count);
  divide(total.similarity, std::max(total.compared, 1.0));
  const bool class_token = trained.config.model.pooling == "cls";  // one row more in each sequence
  divide(total.values, static_cast<double>(data.offsets.back() + (class_token ? data.size() : 0)));
  return {total.importance, total.entropy, total.distance, total.similarity, total.values};
}

}  // namespace orochi
