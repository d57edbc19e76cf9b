// orochi check-task: a task's loss and rules. Built in both precisions.
#include <fmt/format.h>

#include <orochi/task_check.hpp>

#include "cli/verbs.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

int call_check_task(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::string& name = arguments.words.front();
  const TaskEntry* entry = extensions.tasks.find(name);
  if (entry == nullptr) refuse_name("task", name, extensions.tasks.entries());
  const std::vector<std::string> targets(arguments.words.begin() + 1, arguments.words.end());
  const std::vector<std::string> errors =
      check_task(*entry, targets, static_cast<std::uint64_t>(arguments.integer("--seed", 42)));
  for (const std::string& error : errors) out.write(error + "\n");
  if (errors.empty())
    out.write(fmt::format(
        "{}: gradient, parts of a batch, weights, texts, state and answers are as they should be\n", name));
  return static_cast<int>(errors.empty() ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Verb check_task_verb() {
  Verb verb;
  verb.name = "check-task";
  verb.summary = "check a registered task, built-in or your own: its loss, its state and its answers";
  verb.description =
      "Lets the task learn the targets, which are written as in a data file, and asks it at random outputs: "
      "the gradient of its loss agrees with central differences; the losses of two parts of a batch add up; "
      "weights count; what it writes of a target it reads again; saved and loaded it answers the same; "
      "metrics and scores are as many as it says. A line for each failed check; exit code 1 if one failed. "
      "orochi_f64 does the same in double precision and finds more.";
  verb.words = {{"NAME", "a registered task", true, false},
                {"TARGET", "two or more, as a data file has them; of a task without labels texts or cases",
                 true, true}};
  verb.options = {{"--seed", "N", "what the random outputs are drawn from (default: 42; example: --seed 7)",
                   0, std::int64_t{1} << 62}};
  verb.examples = {"check-task regression -- 1.5 -2 0.25", "check-task multi_label red,green green blue"};
  verb.call = call_check_task;
  return verb;
}

}  // namespace orochi
