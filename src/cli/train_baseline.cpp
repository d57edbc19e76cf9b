#include "cli/train_baseline.hpp"

#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/baseline_comparison.hpp"
#include "cli/baseline_data.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/data_paths.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

constexpr double most_bytes = 16e6;  // which are read again
constexpr double most_work = 1.5e7;  // some seconds
constexpr double bytes_each = 30;    // of that work, by trial
constexpr std::size_t most_columns = 80;

/// Of all files of the data; none where one of them is a pipe, which is read once.
std::optional<double> bytes_of_files(const RunSetup& setup) {
  std::optional<double> sum = 0;
  visit_paths(setup.config.data, [&](const std::string&, const std::string& name) {
    const fs::path path = fs::path(setup.data_folder) / name;
    if (!fs::is_regular_file(path)) sum.reset();
    if (sum) *sum += static_cast<double>(fs::file_size(path));
  });
  return sum;
}

std::string hint(const Arguments& arguments, const std::string& run) {
  return fmt::format("is a linear model as good? {} baseline {}\n", shell_word(arguments.program),
                     shell_word(run));
}

/// Names those that are better on the same data than the one that was chosen: little validation data may
/// choose a bad one.
std::string better_ones(const std::vector<Baseline>& baselines, const Figures Baseline::*part, double chosen,
                        const BaselineRequest& request) {
  std::string text;
  for (const Baseline& one : baselines)
    if (const double value = (one.*part).values[request.chosen_by];
        improves(request.metrics[request.chosen_by], value, chosen))
      text += fmt::format("{} {} {}", text.empty() ? "; better there, but not on validation data:" : ",",
                          one.title, fraction(value));
  return text;
}

std::string compared(const std::string& run, const BaselineData& of, const BaselineRequest& request,
                     const Extensions& extensions) {
  const std::vector<Baseline> baselines = fit_baselines(request);
  const Baseline& best = baselines[best_baseline(request, baselines)];
  const Comparison found = compare_with_encoder(run, of.data, request, best, extensions);
  const auto part = of.data.loaded.test.size() > 0 ? &Baseline::test : &Baseline::validation;
  const double simple = (best.*part).values[request.chosen_by];
  const std::string figures =
      fmt::format("{}: {} {} {}, the {} {}", best.title, found.part, request.metrics[request.chosen_by].title,
                  fraction(simple), found.model, fraction(found.encoder.values[request.chosen_by])) +
      better_ones(baselines, part, simple, request);
  return fmt::format("{}\n{}\n", fmt::join(wrap(figures, most_columns), "\n"),
                     fmt::join(wrap(found.short_sentence, most_columns), "\n"));
}

}  // namespace

std::string baseline_lines(const Arguments& arguments, double max_memory, const std::string& run,
                           const Extensions& extensions) {
  if (arguments.has("--quiet") || !has_baselines()) return "";
  try {
    RunSetup setup = setup_of_baselines(run, {}, extensions);
    const std::optional<double> bytes = bytes_of_files(setup);
    if (!bytes) return "";
    if (*bytes > most_bytes) {
      const std::unique_ptr<Task> task = extensions.tasks.make(setup.config.task);
      return task->are_in_file() && task->level() == Level::sequence ? hint(arguments, run) : "";
    }
    const BaselineData of(std::move(setup), {}, extensions);
    BaselineRequest request = of.request();
    if (request.data.validation.size() + request.data.test.size() == 0) return "";
    const std::optional<double> work = baseline_work(request);
    if (!work) return "";
    if (*work > most_work || bytes_each * *work > memory_left(max_memory).bytes) return hint(arguments, run);
    request.threads = threads_of(arguments);
    request.note = [](const std::string&) {};
    return compared(run, of, request, extensions);
  } catch (const std::exception& error) {
    std::cerr << escape(fmt::format("not compared with simple models: {}", error.what())) + "\n";
    return "";
  }
}

}  // namespace orochi
