// orochi search
#include "run/search.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "cli/train_and_report.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, double>, 3> times{{{"s", 1}, {"m", 60}, {"h", 3600}}};

/// "90s", "10m", "1.5h": time; "20000": steps.
SearchBudget budget_of(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size());
  const auto time = std::ranges::find(times, unit, &std::pair<std::string_view, double>::first);
  const bool is_steps = unit.empty() && number == std::floor(number);
  if (error != std::errc() || !(number > 0 && number < 1e9) || (time == times.end() && !is_steps))
    throw usage_error(
        fmt::format("--budget is \"{}\"; allowed: a time, such as 90s, 10m or 1.5h, or a number of optimizer "
                    "steps, such as 20000",
                    text));
  if (is_steps) return {0, static_cast<std::uint64_t>(number)};
  return {number * time->second, 0};
}

std::string text_of(const Arguments& arguments, const SearchResult& found) {
  Table table({{"trial"}, {"epochs"}, {"validation " + found.monitor.title}, {"settings", Align::left}});
  for (const SearchTrial& trial : found.trials) {
    const std::string figure = fraction(trial.figure);
    table.add({std::to_string(trial.number), std::to_string(trial.epochs), figure, settings_text(trial)});
  }
  std::string text = fmt::format("run folder   {}\n\n{}", escape(found.run), table.text());
  if (!found.finished)
    text += "\nnot finished; the same command goes on, with a larger --budget where the time was up\n";
  if (found.config.empty()) return text;
  const SearchTrial& best = found.trials.front();
  text += fmt::format(
      "\nThe best of {} on the same validation data looks better than it is; test data or cross-validation "
      "says how good it is.\nnext:\n",
      counted(std::ssize(found.trials), "trial"));
  const std::string program = shell_word(arguments.program), config = shell_word(found.config);
  return text + fmt::format("  {0} compare {1} {2}\n  {0} train {2}\n  {0} report {3}\n", program,
                            shell_word(arguments.words.front()), config, shell_word(best.folder));
}

std::string json_of(const SearchResult& found) {
  ordered_json json{{"run", found.run},
                    {"finished", found.finished},
                    {"monitor", found.monitor.name},
                    {"config", found.config},
                    {"trials", ordered_json::array()}};
  for (const SearchTrial& trial : found.trials) {
    ordered_json one{{"number", trial.number},
                     {"settings", trial.settings},
                     {"epochs", trial.epochs},
                     {"figure", trial.figure}};
    if (!trial.failure.empty()) one["failure"] = trial.failure;
    json["trials"].push_back(std::move(one));
  }
  return dump_json(json, 2) + "\n";
}

int call_search(const Extensions& extensions, const Arguments& arguments, Output& out) {
  TrainRequest request;
  request.config_path = arguments.words.front();
  request.overrides = settings_of(std::span(arguments.words).subspan(1));
  request.run = arguments.text("--run");
  request.threads = static_cast<int>(arguments.integer("--threads", 0));
  const SearchBudget budget = budget_of(arguments.has("--budget") ? arguments.text("--budget") : "10m");
  return train_and_report(
      request, out, [&](TrainObserver& observer) { return search(request, budget, extensions, observer); },
      [&](const SearchResult& found) {
        return arguments.has("--json") ? json_of(found) : text_of(arguments, found);
      });
}

}  // namespace

Verb search_verb() {
  Verb verb;
  verb.name = "search";
  verb.summary = "try values of settings, and give more time to those that are better";
  verb.description =
      "Draws values for the keys of [search] in the config, a list to choose from or a range { low, high, "
      "log }, and trains the trials side by side, a third of the best three times as long, until one is "
      "trained for all of train.epochs (successive halving). Trial 1 is the config as it is. Validation data "
      "chooses; test data is not read. The same command goes on after an interruption; with a budget in "
      "steps its result is the same on every machine. RUN/best.toml is the config with the best values.";
  verb.words = {{"CONFIG", "a TOML file with a section [search] (docs/config.md)", true, false},
                {"KEY=VALUE",
                 "settings that take the place of the file's, for example train.epochs=9 "
                 "'search.model.dropout=[0.1, 0.3]'",
                 false, true}};
  verb.options = {
      {"--budget", "TIME",
       "how long all trials together may take, 90s, 10m, 2h, or how many optimizer steps, 20000 (default: "
       "10m; example: --budget 1h)"},
      {"--run", "DIR",
       "the folder of the runs trial-1, trial-2, ... (default: runs/ and the config's name and -search; "
       "example: --run runs/rates)"},
      json_option("one JSON object in place of the table"),
      threads_option()};
  verb.examples = {"search configs/splice.toml 'search.train.learning_rate={low=3e-4, high=1e-2, log=true}'",
                   "search config.toml --budget 20000 --run runs/rates"};
  verb.call = call_search;
  verb.trains = true;
  return verb;
}

}  // namespace orochi
