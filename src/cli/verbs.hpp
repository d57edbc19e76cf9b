// The verbs of the program.
#pragma once

#include <orochi/run.hpp>

#include "cli/command_line.hpp"

namespace orochi {

Verb train_verb(const Extensions& extensions);
Verb evaluate_verb(const Extensions& extensions);
Verb predict_verb(const Extensions& extensions);
Verb inspect_verb();
Verb attend_verb(const Extensions& extensions);
Verb ablate_verb(const Extensions& extensions);
Verb explain_verb(const Extensions& extensions);
Verb report_verb(const Extensions& extensions);
Verb bench_verb(const Extensions& extensions, AllocationCounter allocations);
Verb check_layer_verb(const Layers& layers);
Verb components_verb(const Extensions& extensions);
Verb config_verb(const Extensions& extensions);

/// KEY=VALUE, and not a path in which some folder has an equals sign.
bool is_override(const std::string& word);

/// `--threads N`, `--json`: alike wherever they stand.
OptionSpec threads_option();
OptionSpec json_option(const std::string& help);

}  // namespace orochi
