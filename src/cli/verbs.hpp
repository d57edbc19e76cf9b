// The verbs of the program.
#pragma once

#include <orochi/run.hpp>

#include "cli/command_line.hpp"

namespace orochi {

Verb train_verb(const Registry& registry);
Verb evaluate_verb(const Registry& registry);
Verb predict_verb(const Registry& registry);
Verb inspect_verb();
Verb attend_verb(const Registry& registry);
Verb ablate_verb(const Registry& registry);
Verb explain_verb(const Registry& registry);
Verb report_verb(const Registry& registry);
Verb bench_verb(const Registry& registry, AllocationCounter allocations);
Verb check_layer_verb(const Registry& registry);

/// KEY=VALUE, and not a path in which some folder has an equals sign.
bool is_override(const std::string& word);

/// `--threads N`, `--json`: alike wherever they stand.
OptionSpec threads_option();
OptionSpec json_option(const std::string& help);

}  // namespace orochi
