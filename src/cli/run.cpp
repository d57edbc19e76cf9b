#include <orochi/run.hpp>
#include <orochi/scalar.hpp>
#include <orochi/threads.hpp>
#include <orochi/train.hpp>

#include "cli/build_text.hpp"
#include "cli/verbs.hpp"

namespace orochi {

OptionSpec threads_option() {
  return {
      "--threads", "N",
      "threads to work on; the results are the same bits with any number (default: as many as this process "
      "has cores, or OMP_NUM_THREADS where that is less; example: --threads 2)",
      1, 1024};
}

int threads_of(const Arguments& arguments) {
  return static_cast<int>(arguments.integer("--threads", available_threads()));
}

OptionSpec json_option(const std::string& help) { return {"--json", "", help}; }

int run(int argc, char** argv, const Extensions& extensions, AllocationCounter allocations) {
  Team team{"train", [&](Communicator& ranks) { follow(ranks, extensions); }, dismiss};
  Program program{version,
                  build_text(),
                  "Trains small transformer encoders on CPUs, from a config file.",
                  {train_verb(team),        evaluate_verb(),       predict_verb(),    inspect_verb(),
                   attend_verb(),           ablate_verb(),         explain_verb(),    report_verb(),
                   import_verb(),           export_verb(),         embed_verb(),      baseline_verb(),
                   bench_verb(allocations), components_verb(),     config_verb(),     check_layer_verb(),
                   check_task_verb(),       doctor_verb(),         check_data_verb(), init_verb(),
                   reproduce_verb(),        cross_validate_verb(), compare_verb(),    search_verb(),
                   new_component_verb()}};
  const std::vector<Verb>& more = extensions.verbs.entries();
  program.verbs.insert(program.verbs.end(), more.begin(), more.end());
  program.team = &team;
  return run_program(argc, argv, program, extensions);
}

}  // namespace orochi
