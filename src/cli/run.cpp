#include <orochi/run.hpp>
#include <orochi/scalar.hpp>

#include "cli/verbs.hpp"

namespace orochi {

OptionSpec threads_option() {
  return {
      "--threads", "N",
      "threads to work on; the results are the same bits with any number (default: as many as this process "
      "has cores, or OMP_NUM_THREADS where that is less; example: --threads 2)",
      1, 1024};
}

OptionSpec json_option(const std::string& help) { return {"--json", "", help}; }

int run(int argc, char** argv, const Extensions& extensions, AllocationCounter allocations) {
  return run_program(
      argc, argv,
      {version,
       "Trains small transformer encoders for sequence classification on CPUs, from a config file.",
       {train_verb(extensions), evaluate_verb(extensions), predict_verb(extensions), inspect_verb(),
        attend_verb(extensions), ablate_verb(extensions), explain_verb(extensions), report_verb(extensions),
        bench_verb(extensions, allocations), components_verb(extensions), config_verb(extensions),
        check_layer_verb(extensions.layers)}});
}

}  // namespace orochi
