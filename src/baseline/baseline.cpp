#include "baseline/baseline.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linear.h>

#include <orochi/error.hpp>

#include "baseline/feature_sets.hpp"
#include "baseline/row_majority.hpp"
#include "baseline/search.hpp"
#include "data/file_errors.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

enum class Method { majority, neighbors, linear };

struct Kind {
  const char *name, *title;
  Method method;
  bool for_labels, for_numbers;
  int solver = 0;  // of liblinear
};

constexpr std::array kinds{
    Kind{"majority", "majority", Method::majority, true, true},
    Kind{"nearest_neighbors", "nearest neighbors", Method::neighbors, true, true},
    Kind{"linear_svm", "linear SVM", Method::linear, true, false, L2R_L2LOSS_SVC_DUAL},
    Kind{"logistic_regression", "logistic regression", Method::linear, true, false, L2R_LR_DUAL},
    // without a margin, the squared loss of support vector regression is that of ridge regression
    Kind{"ridge_regression", "ridge regression", Method::linear, false, true, L2R_L2LOSS_SVR}};

using Clock = std::chrono::steady_clock;

/// A baseline on the way to its figures.
struct Attempt {
  const Kind* kind;
  Candidate best = {};
  double seconds = 0;

  void time(const auto& work) {
    const Clock::time_point start = Clock::now();
    work();
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
  }
};

std::vector<Attempt> attempts(const BaselineRequest& request, bool is_numbers) {
  for (const std::string& name : request.only)
    if (std::none_of(kinds.begin(), kinds.end(), [&](const Kind& kind) { return name == kind.name; }))
      refuse_name("baseline", name, kinds);
  std::vector<Attempt> result;
  for (const Kind& kind : kinds) {
    const bool is_meant = request.only.empty() || std::find(request.only.begin(), request.only.end(),
                                                            kind.name) != request.only.end();
    if (is_meant && (is_numbers ? kind.for_numbers : kind.for_labels)) result.push_back({&kind});
  }
  if (result.empty())
    throw usage_error(fmt::format("{} {} not for {}", fmt::join(request.only, ", "),
                                  request.only.size() == 1 ? "is" : "are",
                                  is_numbers ? "numbers" : "labels"));
  return result;
}

Baseline finished(const BaselineWork& work, const Attempt& attempt) {
  Baseline result;
  result.name = attempt.kind->name;
  const bool is_mean = attempt.kind->method == Method::majority && work.wanted.is_numbers();
  result.title = is_mean ? "mean" : attempt.kind->title;
  result.settings = attempt.best.settings;
  result.cross_validated = attempt.best.score;
  result.seconds = attempt.seconds;
  const auto take = [&](const Sequences& data, std::span<const float> decisions, Figures& figures,
                        std::vector<double>& kept) {
    if (data.size() == 0) return;
    kept = kept_of(work.request.task, work.wanted.outputs(decisions));
    figures = figures_of(work.request.task, kept, data, all_numbers(data.size()));
  };
  take(work.request.data.validation, attempt.best.validation, result.validation, result.validation_kept);
  take(work.request.data.test, attempt.best.test, result.test, result.test_kept);
  return result;
}

}  // namespace

bool has_baselines() { return true; }
std::string liblinear_text() {
  return fmt::format("liblinear {}.{:02}", ::liblinear_version / 100, ::liblinear_version % 100);
}

std::optional<double> baseline_work(const BaselineRequest& request) {
  constexpr Index beside_models = 2;  // features and neighbors, as linear models
  if (has_row_labels(request.task, request.data.train)) return 0;
  if (!Wanted::is_known(request.task, request.data.train)) return std::nullopt;
  const Index columns = Wanted(request.task, request.data.train).columns();
  return expected_entries(request, columns) * static_cast<double>(columns + beside_models);
}

std::vector<Baseline> fit_baselines(const BaselineRequest& request) {
  if (has_row_labels(request.task, request.data.train)) {
    if (!request.only.empty() && request.only != std::vector<std::string>{"majority"})
      throw usage_error("where each row has a label, the one baseline is majority");
    return {row_majority(request)};
  }
  const Wanted wanted(request.task, request.data.train);
  std::vector<Attempt> tried = attempts(request, wanted.is_numbers());
  ThreadPool pool(request.threads);
  const BaselineWork work{request, wanted, pool};
  const bool needs_features = std::any_of(
      tried.begin(), tried.end(), [](const Attempt& a) { return a.kind->method != Method::majority; });
  std::vector<FeatureMaker> makers;
  if (needs_features) makers = feature_makers(request, wanted.columns());
  for (const FeatureMaker& maker : makers) {
    FeatureSet set = maker.make(pool);
    request.note(fmt::format("{}: {} features", set.name, grouped(set.train.width())));
    for (Attempt& attempt : tried)
      attempt.time([&] {
        if (attempt.kind->method == Method::linear)
          attempt.best = better_linear(work, set, attempt.kind->solver, std::move(attempt.best));
        else if (attempt.kind->method == Method::neighbors && maker.for_neighbors)
          attempt.best = better_neighbors(work, set, std::move(attempt.best));
      });
  }
  std::vector<Baseline> results;
  for (Attempt& attempt : tried) {
    if (attempt.kind->method == Method::majority)
      attempt.time([&] { attempt.best = majority(work); });
    else if (attempt.best.settings.empty())
      continue;  // a note has said why
    results.push_back(finished(work, attempt));
  }
  if (results.empty())
    throw usage_error("all baselines that were asked for are left out, as noted; name others with --only");
  return results;
}

}  // namespace orochi
