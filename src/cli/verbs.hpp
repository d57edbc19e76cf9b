// The verbs of the program.
#pragma once

#include <orochi/layer.hpp>

#include "cli/command_line.hpp"

namespace orochi {

Verb train_verb(const Registry& registry);
Verb evaluate_verb(const Registry& registry);
Verb predict_verb(const Registry& registry);
Verb inspect_verb();
Verb check_layer_verb(const Registry& registry);

/// `--threads N`, `--json`: alike wherever they stand.
OptionSpec threads_option();
OptionSpec json_option(const std::string& help);

}  // namespace orochi
