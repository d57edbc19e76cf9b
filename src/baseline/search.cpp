#include "baseline/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <linear.h>

#include <orochi/metrics.hpp>

#include "baseline/linear.hpp"
#include "baseline/neighbors.hpp"
#include "core/as_size.hpp"
#include "data/split_mix.hpp"

namespace orochi {
namespace {

constexpr std::uint64_t fold_stream = ~std::uint64_t{1};
// By which work stays in seconds: features that are not 0, times models; products of neighbors.
constexpr double most_fitted = 2e7, most_products = 2e10, most_tried_products = 4e9;
constexpr Index fewest_tried = 1000;
// Of rows whose mean square is 1: others have theirs divided by it.
constexpr std::array costs{0.1, 0.3, 1.0, 3.0, 10.0};
constexpr std::array<std::size_t, 4> neighbor_counts{1, 3, 5, most_neighbors};

/// As many rows as keep `work_of_all`, which grows with their number to this power, below `most`.
Index share(Index rows, double work_of_all, double most, double power) {
  if (work_of_all <= most) return rows;
  const auto fitting =
      static_cast<Index>(static_cast<double>(rows) * std::pow(most / work_of_all, 1 / power));
  return std::min(rows, std::max(fitting, fewest_tried));
}

}  // namespace

double BaselineWork::score(std::span<const std::uint32_t> numbers, std::span<const float> decisions) const {
  const std::vector<double> kept = kept_of(request.task, wanted.outputs(decisions));
  return figures_of(request.task, kept, train(), numbers).values[request.chosen_by];
}

bool BaselineWork::is_better(double score, double than) const {
  return improves(request.metrics[request.chosen_by], score, than);
}

Folds draw_folds(const BaselineWork& work, Index most) {
  const Sequences& train = work.train();
  Folds folds{all_numbers(train.size()), std::vector<int>(as_size(train.size()), -1)};
  SplitMix(work.request.seed, fold_stream).shuffle(folds.numbers);
  folds.numbers.resize(as_size(std::min(most, train.size())));
  std::vector<std::uint32_t> order = folds.numbers;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return work.request.task.stratum(train.target(a)) < work.request.task.stratum(train.target(b));
  });
  for (std::size_t i = 0; i < order.size(); ++i) folds.of[order[i]] = static_cast<int>(i) % Folds::count;
  std::sort(folds.numbers.begin(), folds.numbers.end());
  return folds;
}

Candidate majority(const BaselineWork& work) {
  const Index columns = work.wanted.columns(), count = work.train().size();
  std::vector<float> mean;  // [C]
  for (Index c = 0; c < columns; ++c) {
    double sum = 0;
    for (Index i = 0; i < count; ++i) sum += work.wanted(i, c);
    mean.push_back(static_cast<float>(sum / static_cast<double>(count)));
  }
  const auto repeated = [&](Index rows) {
    std::vector<float> all;
    for (Index i = 0; i < rows; ++i) all.insert(all.end(), mean.begin(), mean.end());
    return all;
  };
  return {std::nan(""), "", repeated(work.request.data.validation.size()),
          repeated(work.request.data.test.size())};
}

namespace {

/// Decisions of all columns: of asked rows by models of the others.
class LinearColumns {
 public:
  LinearColumns(const BaselineWork& work, FeatureSet& set, int solver)
      : work_(work), set_(set), solver_(solver), columns_(work.wanted.columns()) {}

  /// [costs][sequences of the folds, C]
  std::vector<std::vector<float>> cross_validate(const Folds& folds, std::span<const double> tried) const {
    constexpr Index most_block = 8;  // columns a process: to start one takes a while, too
    const Index blocks = (columns_ + most_block - 1) / most_block, jobs = Folds::count * blocks;
    std::vector<std::vector<float>> decisions(tried.size(),
                                              std::vector<float>(folds.numbers.size() * as_size(columns_)));
    work_.pool.for_each(std::ssize(tried) * jobs, [&](Index job, int) {
      // the dearest costs first, so that no thread is left alone with one of them
      const std::size_t cost = tried.size() - 1 - as_size(job / jobs);
      const Index first = job / Folds::count % blocks * most_block;
      std::vector<std::uint32_t> rows, asked, places;
      for (std::uint32_t n = 0; n < folds.numbers.size(); ++n) {
        const std::uint32_t i = folds.numbers[n];
        const bool is_asked = folds.of[i] == static_cast<int>(job % Folds::count);
        (is_asked ? asked : rows).push_back(i);
        if (is_asked) places.push_back(n);
      }
      std::vector<const feature_node*> nodes;
      for (const std::uint32_t i : asked) nodes.push_back(set_.train.row(i));
      decide(tried[cost], rows, first, std::min(columns_, first + most_block), nodes, places,
             decisions[cost]);
    });
    return decisions;
  }

  /// Fits the training split, and decides of validation and test data.
  void refit(double cost, Candidate& candidate) const {
    std::vector<const feature_node*> asked;
    for (const Features* split : {&set_.validation, &set_.test})
      for (Index i = 0; i < split->size(); ++i) asked.push_back(split->row(i));
    const std::vector<std::uint32_t> rows = all_numbers(set_.train.size()),
                                     places = all_numbers(std::ssize(asked));
    std::vector<float> decisions(asked.size() * as_size(columns_));
    work_.pool.for_each(columns_, [&](Index column, int) {
      decide(cost, rows, column, column + 1, asked, places, decisions);
    });
    const auto cut = decisions.begin() + set_.validation.size() * columns_;
    candidate.validation.assign(decisions.begin(), cut);
    candidate.test.assign(cut, decisions.end());
  }

 private:
  /// Columns from `first` up to `end`, of rows that have these places among the decisions [places, C].
  void decide(double cost, std::span<const std::uint32_t> rows, Index first, Index end,
              std::span<const feature_node* const> asked, std::span<const std::uint32_t> places,
              std::vector<float>& decisions) const {
    std::vector<feature_node*> nodes;
    for (const std::uint32_t i : rows) nodes.push_back(set_.train.row(i));
    std::vector<std::vector<double>> wanted(as_size(end - first));
    for (Index c = first; c < end; ++c)
      for (const std::uint32_t i : rows) wanted[as_size(c - first)].push_back(work_.wanted(i, c));
    const std::vector<float> found =
        linear_decisions(solver_, cost, nodes, wanted, set_.train.width() + 1, asked);
    for (std::size_t n = 0; n < found.size(); ++n)
      decisions[places[n % places.size()] * as_size(columns_) + as_size(first) + n / places.size()] =
          found[n];
  }

  const BaselineWork& work_;
  FeatureSet& set_;
  int solver_;
  Index columns_;
};

}  // namespace

Candidate better_linear(const BaselineWork& work, FeatureSet& set, int solver, Candidate best) {
  const LinearColumns models(work, set, solver);
  const double square = set.train.mean_square();
  std::vector<double> tried;
  for (const double cost : costs) tried.push_back(square > 0 ? cost / square : cost);
  const double fitted = static_cast<double>(set.train.entries()) * static_cast<double>(work.wanted.columns());
  const Folds folds = draw_folds(work, share(set.train.size(), fitted, most_fitted, 1));
  const std::vector<std::vector<float>> decisions = models.cross_validate(folds, tried);
  std::vector<double> equal;  // costs with the best score: of a few sequences there are often several
  for (std::size_t c = 0; c < tried.size(); ++c) {
    const double score = work.score(folds.numbers, decisions[c]);
    if (work.is_better(score, best.score))
      best.score = score, equal.clear();
    else if (equal.empty() || score != best.score)
      continue;
    equal.push_back(tried[c]);
  }
  if (equal.empty()) return best;
  const double cost = equal[equal.size() / 2];
  best.settings = fmt::format("{}, C = {:.2g}", set.name, cost);
  models.refit(cost, best);
  return best;
}

namespace {

/// The means of what each row's first `count` neighbors want. [rows, C]
std::vector<float> answers(const BaselineWork& work, const std::vector<std::vector<std::uint32_t>>& neighbors,
                           std::size_t count) {
  std::vector<float> decisions;
  for (const std::vector<std::uint32_t>& own : neighbors)
    for (Index c = 0; c < work.wanted.columns(); ++c) {
      double sum = 0;
      const std::size_t most = std::min(count, own.size());
      for (std::size_t n = 0; n < most; ++n) sum += work.wanted(own[n], c);
      decisions.push_back(static_cast<float>(most == 0 ? 0 : sum / static_cast<double>(most)));
    }
  return decisions;
}

}  // namespace

Candidate better_neighbors(const BaselineWork& work, const FeatureSet& set, Candidate best) {
  const bool by_angle = work.train().channels == 0;
  const auto entries = static_cast<double>(set.train.entries());
  const double asked = static_cast<double>(set.validation.size() + set.test.size());
  if (asked * entries > most_products) {
    work.request.note(
        fmt::format("nearest neighbors of {} are left out: they would take {:.0e} products, {:.0e} "
                    "at most are done",
                    set.name, asked * entries, most_products));
    return best;
  }
  const double tried = static_cast<double>(set.train.size()) * entries;
  const Folds folds = draw_folds(work, share(set.train.size(), tried, most_tried_products, 2));
  const auto neighbors =
      nearest(set.train, folds.numbers, set.train, folds.numbers, by_angle, work.pool, folds.of);
  std::size_t chosen = 0;
  for (const std::size_t count : neighbor_counts) {
    const double score = work.score(folds.numbers, answers(work, neighbors, count));
    if (!work.is_better(score, best.score)) continue;
    best.score = score;
    chosen = count;
  }
  if (chosen == 0) return best;
  best.settings = fmt::format("{}, {}, k = {}", set.name, by_angle ? "cosine" : "Euclidean", chosen);
  const std::vector<std::uint32_t> all = all_numbers(set.train.size());
  const auto of = [&](const Features& split) {
    return answers(work, nearest(set.train, all, split, all_numbers(split.size()), by_angle, work.pool),
                   chosen);
  };
  best.validation = of(set.validation), best.test = of(set.test);
  return best;
}

}  // namespace orochi
