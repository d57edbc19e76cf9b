// Search: what is drawn, what goes on, and that it comes to the same end however it was interrupted.
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "run/search.hpp"
#include "run/search_plan.hpp"
#include "runs.hpp"

using namespace orochi;
using namespace orochi::testing;
using catch_matchers::Contains;

namespace {

const std::vector<std::string> space{"search.train.learning_rate={low=1e-4, high=3e-2, log=true}",
                                     "search.model.num_heads=[1, 2, 3]"};

TrainRequest request_of(const Workplace& place, const std::string& run,
                        const std::vector<std::string>& more = space) {
  TrainRequest request = place.request(run);
  request.overrides = more;
  return request;
}

SearchResult searched(const TrainRequest& request, std::uint64_t steps) {
  Silent silent;
  return search(request, {0, steps}, builtin(), silent);
}

std::string refusal(const TrainRequest& request, SearchBudget budget = {0, 1000}) {
  Silent silent;
  try {
    search(request, budget, builtin(), silent);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.what();
  }
  return "";
}

void check_same(const SearchResult& a, const SearchResult& b) {
  REQUIRE(a.trials.size() == b.trials.size());
  for (std::size_t i = 0; i < a.trials.size(); ++i) {
    CHECK(a.trials[i].number == b.trials[i].number);
    CHECK(a.trials[i].settings == b.trials[i].settings);
    CHECK(a.trials[i].figure == b.trials[i].figure);
    CHECK(a.trials[i].epochs == b.trials[i].epochs);
  }
}

}  // namespace

TEST_CASE("a range gives numbers between its ends, both included, and a list its values") {
  const SearchRange heads{"model.num_heads", {"1", "2", "4"}};
  CHECK(setting_of(heads, 0) == "model.num_heads=1");
  CHECK(setting_of(heads, 0.5) == "model.num_heads=2");
  CHECK(setting_of(heads, 0.999) == "model.num_heads=4");
  const SearchRange layers{"model.num_layers", {}, 1, 4, true, false};
  CHECK(setting_of(layers, 0) == "model.num_layers=1");
  CHECK(setting_of(layers, 0.999) == "model.num_layers=4");
  const SearchRange rate{"train.learning_rate", {}, 1e-4, 1e-2, false, true};
  CHECK(setting_of(rate, 0) == "train.learning_rate=0.0001");
  CHECK(setting_of(rate, 0.5) == "train.learning_rate=0.001");
  const SearchRange dropout{"model.dropout", {}, 0, 0.5, false, false};
  CHECK(setting_of(dropout, 0.25) == "model.dropout=0.125");
  const SearchRange width{"model.d_model", {}, 16, 256, true, true};
  CHECK(setting_of(width, 0.5) == "model.d_model=64");
}

TEST_CASE("of the trials of a rung a third goes on, as many as the budget has epochs for") {
  const std::vector<std::uint64_t> rungs{1, 2, 4};
  CHECK(affordable_trials(rungs, 14) == 9);  // 9 x 1, 3 x 1, 1 x 2
  CHECK(affordable_trials(rungs, 13.9) == 8);
  CHECK(affordable_trials(rungs, 4) == 1);
  CHECK(affordable_trials(rungs, 3.9) == 0);
}

TEST_CASE("a search trains the best trial to the end, and its config trains the same model again") {
  const Workplace place("search");
  fs::remove(place.root / "test.tsv");  // is not read
  const SearchResult found = searched(request_of(place, "search"), 14 * 4);
  CHECK(found.finished);
  CHECK(found.rungs == std::vector<std::uint64_t>{1, 2, 4});
  REQUIRE(found.trials.size() == 9);
  std::vector<Index> epochs(5);
  bool has_first = false;
  for (const SearchTrial& trial : found.trials) {
    ++epochs[trial.epochs];
    if (trial.number == 1) has_first = trial.settings.empty();
    CHECK_THAT(trial_text(trial, found.monitor), !Contains("num_heads=3"));  // 16 columns are no three heads
  }
  CHECK(has_first);
  CHECK(epochs == std::vector<Index>{0, 6, 2, 0, 1});
  const SearchTrial& best = found.trials.front();
  CHECK(best.epochs == 4);
  for (std::size_t i = 4; i < 9; ++i)  // of those that ended after one epoch the best was first
    CHECK_FALSE(improves(found.monitor, found.trials[i].figure, found.trials[i - 1].figure));
  TrainRequest again;
  again.config_path = found.config;
  again.overrides = {"data.test=\"\"", "data.split_seed=42"};
  again.run = (place.root / "again").string();
  Silent silent;
  const TrainResult result = train(again, builtin(), silent);
  CHECK(result.best_metric <= best.figure);  // the figure is of its best epoch, best.h5 of the last as good
  CHECK_THAT(place.bytes("search/best.toml"), Contains("test.tsv"));
}

TEST_CASE("a search that was interrupted, or has other threads, comes to the same end") {
  const Workplace place("search-again");
  const SearchResult whole = searched(request_of(place, "whole"), 7 * 4);
  TrainRequest request = request_of(place, "parts");
  request.threads = 1;
  int calls = 0, parts = 0;
  request.stop = [&] { return ++calls > 20; };
  SearchResult found;
  do {
    calls = 0;
    found = searched(request, 7 * 4);
  } while (!found.finished && ++parts < 50);
  CHECK(parts > 1);
  CHECK(found.finished);
  check_same(found, whole);
  CHECK(place.bytes("parts/best.toml") == place.bytes("whole/best.toml"));
  const SearchResult more = searched(request_of(place, "whole"), 14 * 4);  // with a larger budget
  CHECK(more.trials.size() == 9);
  CHECK(more.finished);
}

TEST_CASE("time that is up leaves what there is, and a trial that diverges is the last") {
  const Workplace place("search-time");
  Silent silent;
  TrainRequest request = request_of(place, "time");
  const SearchResult found = search(request, {1e-3, 0}, builtin(), silent);
  CHECK_FALSE(found.finished);
  const SearchResult wild = searched(
      request_of(place, "wild", {"search.train.learning_rate=[1e+30]", "train.max_grad_norm=0"}), 28);
  REQUIRE(wild.trials.size() == 2);
  CHECK(wild.trials[0].number == 1);
  CHECK_FALSE(wild.trials[1].failure.empty());
  CHECK_THAT(trial_text(wild.trials[1], wild.monitor), Contains("learning_rate=1e+30"));
}

TEST_CASE("a search that cannot be is refused, with what to do") {
  const Workplace place("search-refused");
  CHECK_THAT(refusal(request_of(place, "a", {})), Contains("[search]") && Contains("low = "));
  std::vector<std::string> settings = space;
  settings.push_back("data.validation_fraction=0");
  CHECK_THAT(refusal(request_of(place, "b", settings)), Contains("validation"));
  CHECK_THAT(refusal(request_of(place, "c"), {0, 5}), Contains("--budget 24 or more"));
  CHECK_THAT(refusal(request_of(place, "d", {"search.train.learning_rate=[-1]"})), Contains("above 0"));
  CHECK_THAT(refusal(request_of(place, "e", {"search.train.learning_rat=[1]"})), Contains("learning_rate"));
  CHECK_THAT(refusal(request_of(place, "f", {"search.train.learning_rate={low=2, high=1}"})),
             Contains("A < B"));
  CHECK_THAT(refusal(request_of(place, "g", {"search.model.dropout=0.3"})), Contains("a list of values"));
}
