#include "analysis/head_survey.hpp"

#include <algorithm>
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/model.hpp>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/thread_pool.hpp"
#include "layers/attention_recording.hpp"

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
        values(as_size(grid.count() * grid.widest())),
        rows(as_size(grid.count())) {}
  std::vector<double> importance, entropy, distance, similarity, values;
  std::vector<double> rows;  // in `values`
  double compared = 0;       // sequences in `similarity`
};

/// How many queries of all maps are surveyed together: some megabytes, in whole tiles where they fit.
Index queries_at_once(Index heads, Index length) {
  constexpr Index most_weights = 1 << 22;
  return std::clamp<Index>(most_weights / (heads * length) / 16 * 16, 16, 64);
}

/// Adds up what a sequence's maps of one length are like, some queries at a time: whole maps of a long one
/// would not fit.
class MapFigures {
 public:
  MapFigures(const HeadGrid& grid, Index length)
      : grid_(grid),
        heads_(grid.count()),
        length_(length),
        most_(std::min(queries_at_once(heads_, length), length)),
        scores_(as_size(most_ * length)),
        maps_(as_size(heads_ * most_ * length)),
        products_(as_size(heads_ * heads_)),
        covariance_(products_.size()),
        entropy_(as_size(heads_)),
        distance_(entropy_.size()) {}

  void look_at(std::span<const AttentionRecord> records) {
    for (Index first = 0; first < length_; first += most_) {
      const Index count = std::min(most_, length_ - first), size = count * length_;
      if (count < most_)
        std::fill(maps_.begin(), maps_.end(), Scalar(0));  // heads of another length have none
      for (const AttentionRecord& record : records)
        for (Index h = 0; record.length == length_ && h < record.options.num_heads; ++h)
          add_rows(record, h, first, count, maps_.data() + (grid_.first(record.layer) + h) * size);
      kernels::gemm_nt(kernels::choose_engine("auto"), heads_, heads_, size, {maps_.data(), size},
                       {maps_.data(), size}, products_.data(), heads_, false);
      for (std::size_t i = 0; i < products_.size(); ++i) covariance_[i] += static_cast<double>(products_[i]);
    }
  }

  void add_to(Sums& sums) const {
    const auto n = as_size(heads_);
    for (std::size_t a = 0; a < n; ++a) {
      sums.entropy[a] += entropy_[a] / static_cast<double>(length_);
      sums.distance[a] += distance_[a] / static_cast<double>(length_);
    }
    if (length_ == 1) return;  // its maps are all alike
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) {
        const double squares = covariance_[a * n + a] * covariance_[b * n + b];
        if (squares > 0) sums.similarity[a * n + b] += covariance_[a * n + b] / std::sqrt(squares);
      }
  }

 private:
  /// Leaves the rows without their mean, which is 1 / T in every map, so that products are covariances.
  void add_rows(const AttentionRecord& record, Index h, Index first, Index count, Scalar* rows) {
    const auto at = as_size(grid_.first(record.layer) + h);
    map_rows(record, h, first, count, scores_.data(), rows);
    entropy_[at] += entropy_sum(rows, count, length_);
    distance_[at] += distance_sum(rows, first, count, length_);
    const Scalar mean = Scalar(1) / static_cast<Scalar>(length_);
    for (Index i = 0; i < count * length_; ++i) rows[i] -= mean;
  }

  const HeadGrid& grid_;
  Index heads_, length_, most_;
  std::vector<Scalar> scores_;    // [most, T]
  std::vector<Scalar> maps_;      // [L H, most T]
  std::vector<Scalar> products_;  // [L H, L H]
  std::vector<double> covariance_, entropy_, distance_;
};

void add_sequence(std::span<const AttentionRecord> records, const HeadGrid& grid, Sums& sums) {
  for (const AttentionRecord& record : records) {
    const Index t = record.length, d = record.options.head_dim, width = record.options.num_heads * d;
    for (Index h = 0; h < record.options.num_heads; ++h) {
      const std::size_t at = as_size(grid.first(record.layer) + h);
      sums.rows[at] += static_cast<double>(t);
      sums.importance[at] += std::abs(static_cast<double>(record.influence[as_size(h)]));
      for (Index i = 0; i < t; ++i)
        for (Index j = 0; j < d; ++j)
          sums.values[at * as_size(grid.widest()) + as_size(j)] +=
              static_cast<double>(record.head_output[as_size(i * width + h * d + j)]);
    }
  }
  std::vector<Index> lengths;  // of maps: more than one where a layer changes the number of rows
  for (const AttentionRecord& record : records)
    if (std::find(lengths.begin(), lengths.end(), record.length) == lengths.end())
      lengths.push_back(record.length);
  for (const Index length : lengths) {
    MapFigures figures(grid, length);
    figures.look_at(records);
    figures.add_to(sums);
  }
  sums.compared += lengths.front() > 1 ? 1 : 0;
}

/// The same model without dropout, for gradients.
std::unique_ptr<Classifier> without_dropout(const Model& trained) {
  Config config = trained.config;
  config.model.dropout = config.model.attention_dropout = 0;
  auto model =
      std::make_unique<Classifier>(config, trained.input, trained.task->shape(), trained.extensions.layers);
  std::copy_n(trained.classifier->parameters().data(), trained.classifier->parameters().size(),
              model->parameters().data());
  return model;
}

/// What a thread needs for recorded passes forward and backward.
struct Worker {
  Worker(const Classifier& model, const std::string& engine)
      : gradients(model.parameters()), tape(model.parameters(), engine.c_str()) {
    tape.attach(&probe);
  }
  Gradients gradients;
  Recording recording{false, {}};
  HeadProbe probe{&recording, {}};
  Tape tape;
};

/// Of a sequence's own mean loss.
void record_gradients(Worker& worker, const Classifier& model, const Task& task, const Batch& sequence) {
  worker.recording.records.clear();
  worker.gradients.clear();
  worker.tape.begin(Mode::train, &worker.gradients, {});
  double weight = 0;
  for (Index i = 0; i < sequence.num_targets(); ++i)
    weight += task.weight(
        sequence.targets.subspan(as_size(i * sequence.target_width), as_size(sequence.target_width)));
  const Var loss = task.loss(model.forward(worker.tape, sequence), sequence, weight);
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

double entropy_sum(const Scalar* rows, Index count, Index t) {
  double sum = 0;
  for (Index i = 0; i < count * t; ++i)
    if (const auto p = static_cast<double>(rows[i]); p > 0) sum -= p * std::log2(p);
  return sum;
}

double distance_sum(const Scalar* rows, Index first, Index count, Index t) {
  double sum = 0;
  for (Index q = 0; q < count; ++q)
    for (Index k = 0; k < t; ++k)
      sum += static_cast<double>(rows[q * t + k]) * static_cast<double>(std::abs(first + q - k));
  return sum;
}

double mean_entropy(const Scalar* map, Index t) { return entropy_sum(map, t, t) / static_cast<double>(t); }

double mean_distance(const Scalar* map, Index t) {
  return distance_sum(map, 0, t, t) / static_cast<double>(t);
}

HeadSurvey survey_heads(const Model& trained, const Sequences& data, const HeadGrid& grid, int threads) {
  std::vector<std::uint32_t> samples;
  Asked asked;
  const Batch all = ask(*trained.task, as_batch(data, samples), {}, asked);
  const std::unique_ptr<Classifier> model = without_dropout(trained);
  std::vector<std::unique_ptr<Worker>> workers;
  ThreadPool pool(threads);
  for (int i = 0; i < pool.size(); ++i)
    workers.push_back(std::make_unique<Worker>(*model, trained.config.train.kernels));
  std::vector<Sums> shards(as_size((data.size() + shard_size - 1) / shard_size), Sums(grid));
  pool.for_each(std::ssize(shards), [&](Index shard, int w) {
    Worker& worker = *workers[static_cast<std::size_t>(w)];
    for (Index b = shard * shard_size; b < std::min((shard + 1) * shard_size, data.size()); ++b) {
      record_gradients(worker, *model, *trained.task, slice(all, b, b + 1));
      add_sequence(worker.recording.records, grid, shards[as_size(shard)]);
    }
  });
  Sums total(grid);
  for (const Sums& shard : shards) {
    add_to(total.importance, shard.importance);
    add_to(total.entropy, shard.entropy);
    add_to(total.distance, shard.distance);
    add_to(total.similarity, shard.similarity);
    add_to(total.values, shard.values);
    add_to(total.rows, shard.rows);
    total.compared += shard.compared;
  }
  const auto count = static_cast<double>(data.size());
  for (std::vector<double>* sums : {&total.importance, &total.entropy, &total.distance}) divide(*sums, count);
  divide(total.similarity, std::max(total.compared, 1.0));
  for (std::size_t i = 0; i < total.values.size(); ++i)
    total.values[i] /= total.rows[i / as_size(grid.widest())];
  return {total.importance, total.entropy, total.distance, total.similarity, total.values};
}

}  // namespace orochi
