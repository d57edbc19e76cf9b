#include "run/search.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/threads.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/random.hpp"
#include "core/thread_pool.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "io/whole_file.hpp"
#include "run/metrics_files.hpp"
#include "run/run_data.hpp"
#include "run/run_setup.hpp"
#include "run/search_plan.hpp"
#include "run/several_runs.hpp"

namespace orochi {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint32_t most_draws = 1000;           // of a trial, until one is new and the config takes it
constexpr std::uint32_t search_stream = 0x73656172;  // apart from other draws of the seed
constexpr std::size_t own_settings = 3;              // that all trials have beside those of the request

/// Stops a trial at the end of an epoch, and says nothing.
class TrialObserver : public TrainObserver {
 public:
  explicit TrialObserver(std::uint64_t last_epoch) : last_epoch_(last_epoch) {}
  bool has_reached() const { return reached_; }
  void note(const std::string&) override {}
  void start(const Measured&, std::uint64_t, std::uint64_t) override {}
  void step(std::uint64_t, double, double) override {}
  void epoch(const EpochRecord& record, Standing) override { reached_ = record.epoch >= last_epoch_; }

 private:
  std::uint64_t last_epoch_;
  bool reached_ = false;
};

class Search {
 public:
  Search(const TrainRequest& request, SearchBudget budget, const Extensions& extensions,
         TrainObserver& observer);
  SearchResult run();

 private:
  /// Draws trials until there are so many, or no new ones to be had.
  void draw(Index count);
  std::vector<std::string> drawn_settings(std::uint32_t trial, std::uint32_t attempt) const;
  /// Whether they are new, and the config takes them.
  bool is_of_use(const std::vector<std::string>& settings) const;
  void set_deadline();
  Index affordable() const;
  void train_rung(std::size_t rung, Index count);
  void train_trial(SearchTrial& trial, std::uint64_t epochs, int threads);
  bool is_better(const SearchTrial& a, const SearchTrial& b) const;
  bool is_over() const { return (request_.stop && request_.stop()) || Clock::now() >= deadline_; }
  void write_config(const SearchTrial& best);

  TrainRequest request_;
  SearchBudget budget_;
  const Extensions& extensions_;
  TrainObserver& observer_;
  int threads_;
  Config config_;
  std::vector<SearchRange> space_;
  SearchResult result_;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::mutex mutex_;  // guards the observer
};

/// What a trial's metrics.jsonl says of its first epochs.
struct Record {
  std::uint64_t epochs = 0, steps = 0;
  double seconds = 0;  // of training
  double best = std::nan("");
};

Record record_of(const std::string& folder, const MetricInfo& monitor, std::uint64_t epochs) {
  Record record;
  for (const nlohmann::ordered_json& line : read_metrics(folder)) {
    if (record.epochs == epochs) break;
    ++record.epochs;
    record.steps = line.value("step", std::uint64_t{0});
    record.seconds += line.value("seconds", 0.0);
    const auto figure = line.find("validation_" + monitor.name);
    if (figure == line.end() || !figure->is_number()) continue;
    if (std::isnan(record.best) || improves(monitor, *figure, record.best)) record.best = *figure;
  }
  return record;
}

Search::Search(const TrainRequest& request, SearchBudget budget, const Extensions& extensions,
               TrainObserver& observer)
    : request_(request),
      budget_(budget),
      extensions_(extensions),
      observer_(observer),
      threads_(request.threads > 0 ? request.threads : available_threads()),
      config_(config_of_several(request, "search", extensions)),
      space_(read_search_space(request.config_path, request.overrides, component_schemas(extensions))) {
  if (space_.empty())
    throw usage_error(
        request.config_path +
        ": there is nothing to search; name keys and their values in a section of it, such as\n[search]\n"
        "train.learning_rate = { low = 3e-4, high = 1e-2, log = true }\nmodel.num_layers = [1, 2, 3]");
  if (config_.data.validation.empty() && config_.data.validation_fraction == 0)
    throw usage_error(request.config_path +
                      ": a search chooses on validation data, and there is none; name data.validation, or "
                      "give data.validation_fraction");
  result_.run = folder_of_several(request, "-search");
  result_.rungs = rungs_of(static_cast<std::uint64_t>(config_.train.epochs));
  const std::vector<MetricInfo> metrics = all_metrics(*extensions.tasks.find(config_.task.type));
  result_.monitor = metrics[monitored_metric(metrics, config_.train.monitor)];
  for (std::string setting :
       {std::string("data.test=\"\""), std::string("train.refit=false"),
        fmt::format("data.split_seed={}", std::max<std::uint64_t>(split_seed(config_), 1))})
    request_.overrides.push_back(std::move(setting));
}

SearchResult Search::run() {
  set_deadline();
  draw(1);
  observer_.note("trial 1 is the config as it is: its first epochs say how many trials there is time for");
  train_trial(result_.trials.front(), result_.rungs.front(), 1);
  if (!is_over()) draw(affordable());
  const auto count = std::ssize(result_.trials);
  for (std::size_t rung = 0; rung < result_.rungs.size() && !is_over(); ++rung) {
    train_rung(rung, trials_of_rung(count, rung));
    std::stable_sort(result_.trials.begin(), result_.trials.end(),
                     [this](const SearchTrial& a, const SearchTrial& b) { return is_better(a, b); });
    result_.finished = rung + 1 == result_.rungs.size() && result_.trials.front().rungs == rung + 1;
  }
  const SearchTrial& best = result_.trials.front();
  if (!best.failure.empty()) throw failure("no trial could be trained; the first one: " + best.failure);
  if (!std::isnan(best.figure)) write_config(best);
  return std::move(result_);
}

void Search::draw(Index count) {
  for (auto number = std::ssize(result_.trials) + 1; number <= count; ++number) {
    std::vector<std::string> settings;
    std::uint32_t attempt = 0;
    while (number > 1 && attempt < most_draws) {
      settings = drawn_settings(static_cast<std::uint32_t>(number), attempt++);
      if (is_of_use(settings)) break;
      settings.clear();
    }
    if (number > 1 && settings.empty())
      return observer_.note(fmt::format("the {} trials are all that [search] allows", number - 1));
    result_.trials.push_back({number, settings, fmt::format("{}/trial-{}", result_.run, number)});
  }
}

std::vector<std::string> Search::drawn_settings(std::uint32_t trial, std::uint32_t attempt) const {
  std::vector<std::string> settings;
  for (std::uint32_t i = 0; i < space_.size(); ++i) {
    const std::uint32_t counter[4] = {trial, attempt, i, 0},
                        key[2] = {static_cast<std::uint32_t>(config_.train.seed), search_stream};
    std::uint32_t words[4];
    kernels::philox(counter, key, words);
    settings.push_back(setting_of(space_[i], unit_interval(words[0], words[1])));
  }
  return settings;
}

bool Search::is_of_use(const std::vector<std::string>& settings) const {
  if (std::ranges::find(result_.trials, settings, &SearchTrial::settings) != result_.trials.end())
    return false;
  std::vector<std::string> overrides = request_.overrides;
  overrides.insert(overrides.end(), settings.begin(), settings.end());
  try {
    read_config(request_.config_path, overrides, extensions_);
    return true;
  } catch (const Error&) {  // each value is right by itself: these do not go together
    return false;
  }
}

/// Time that trials of an earlier call took counts.
void Search::set_deadline() {
  if (budget_.steps > 0) return;
  double spent = 0;
  for (Index number = 1; number <= most_trials; ++number) {
    const Record record =
        record_of(fmt::format("{}/trial-{}", result_.run, number), result_.monitor, result_.rungs.back());
    if (record.epochs == 0) break;
    spent += record.seconds / threads_;
  }
  deadline_ = Clock::now() + std::chrono::milliseconds(static_cast<Index>(1e3 * (budget_.seconds - spent)));
}

Index Search::affordable() const {
  const Record first = record_of(result_.trials.front().folder, result_.monitor, result_.rungs.front());
  const auto epochs = static_cast<double>(first.epochs);
  // a fifth for reading data and for validation
  const double budget = budget_.steps > 0
                            ? static_cast<double>(budget_.steps) * epochs / static_cast<double>(first.steps)
                            : 0.8 * budget_.seconds * threads_ * epochs / std::max(first.seconds, 1e-3);
  const Index trials = affordable_trials(result_.rungs, budget);
  if (trials >= 2) return trials;
  const double needed = search_epochs(result_.rungs, 3) / std::max(budget, 1e-9);
  throw usage_error(
      fmt::format("the budget is too small for two trials, one of them of all {} epochs; give "
                  "--budget {}, or lower train.epochs",
                  result_.rungs.back(),
                  budget_.steps > 0
                      ? fmt::format("{:.0f} or more", std::ceil(needed * static_cast<double>(budget_.steps)))
                      : fmt::format("{:.0f}s or more", std::ceil(needed * budget_.seconds))));
}

void Search::train_rung(std::size_t rung, Index count) {
  observer_.note(fmt::format("{} for {} of {} epochs", counted(count, "trial"), result_.rungs[rung],
                             result_.rungs.back()));
  ThreadPool pool(static_cast<int>(std::min<Index>(threads_, count)));
  pool.for_each(count, [&](Index i, int) {
    SearchTrial& trial = result_.trials[as_size(i)];
    if (is_over()) return;
    train_trial(trial, result_.rungs[rung], std::max(1, threads_ / pool.size()));
    if (is_over()) return;  // it may not have come to the rung's end
    trial.rungs = rung + 1;
    const std::lock_guard lock(mutex_);
    observer_.note(trial_text(trial, result_.monitor));
  });
}

void Search::train_trial(SearchTrial& trial, std::uint64_t epochs, int threads) {
  Record record = record_of(trial.folder, result_.monitor, epochs);
  if (record.epochs < epochs) {
    TrialObserver observer(epochs);
    TrainRequest request = request_;
    request.threads = threads;
    request.stop = [&] { return observer.has_reached() || is_over(); };
    try {
      train_in(trial.folder, request, trial.settings, extensions_, observer);
    } catch (const Error& error) {
      if (trial.number == 1 && error.code() != ExitCode::diverged) throw;  // so would all others
      trial.failure = error.what();
    }
    record = record_of(trial.folder, result_.monitor, epochs);
  }
  trial.epochs = record.epochs;
  trial.figure = trial.failure.empty() ? record.best : std::nan("");
}

bool Search::is_better(const SearchTrial& a, const SearchTrial& b) const {
  if (a.rungs != b.rungs) return a.rungs > b.rungs;
  if (std::isnan(a.figure) || std::isnan(b.figure)) return !std::isnan(a.figure) && std::isnan(b.figure);
  return improves(result_.monitor, a.figure, b.figure);
}

void Search::write_config(const SearchTrial& best) {
  std::vector<std::string> overrides = request_.overrides;
  overrides.resize(overrides.size() - own_settings);  // with its test data
  overrides.insert(overrides.end(), best.settings.begin(), best.settings.end());
  Config config = read_config(request_.config_path, overrides, extensions_);
  const std::string folder = folder_of(request_.config_path);
  config.data = rebase_paths(config.data, extensions_.tokenizers, folder, result_.run);
  for (std::string* path : {&config.train.from, &config.model.init_from})
    if (!path->empty())
      *path = std::filesystem::absolute(std::filesystem::path(folder) / *path).lexically_normal().string();
  const std::string text = fmt::format("# The best of {}: validation {} {:.4f} in {}.\n",
                                       counted(std::ssize(result_.trials), "trial"), result_.monitor.name,
                                       best.figure, counted(static_cast<Index>(best.epochs), "epoch")) +
                           orochi::write_config(config);
  result_.config = result_.run + "/best.toml";
  write_whole_file(result_.config, bytes_of(text));
}

}  // namespace

std::string settings_text(const SearchTrial& trial) {
  return trial.number == 1 ? "the config as it is" : fmt::format("{}", fmt::join(trial.settings, " "));
}

std::string trial_text(const SearchTrial& trial, const MetricInfo& monitor) {
  std::string text = trial.failure.substr(0, trial.failure.find('\n'));
  if (text.empty())
    text = fmt::format("validation {} {:.4f} after {}", monitor.name, trial.figure,
                       counted(static_cast<Index>(trial.epochs), "epoch"));
  return fmt::format("trial {}: {}, {}", trial.number, text, settings_text(trial));
}

SearchResult search(const TrainRequest& request, SearchBudget budget, const Extensions& extensions,
                    TrainObserver& observer) {
  return Search(request, budget, extensions, observer).run();
}

}  // namespace orochi
