// The verbs of the program.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/run.hpp>

#include "cli/command_line.hpp"

namespace orochi {

/// `team` is asked when it is called.
Verb train_verb(const Team& team);
Verb evaluate_verb();
Verb predict_verb();
Verb inspect_verb();
Verb attend_verb();
Verb ablate_verb();
Verb explain_verb();
Verb report_verb();
Verb import_verb();
Verb export_verb();
Verb embed_verb();
Verb bench_verb(AllocationCounter allocations);
Verb doctor_verb();
Verb check_data_verb();
Verb init_verb();
Verb reproduce_verb();
Verb baseline_verb();
Verb cross_validate_verb();
Verb search_verb();
Verb new_component_verb();
Verb compare_verb();
Verb check_layer_verb();
Verb check_task_verb();
Verb components_verb();
Verb config_verb();

/// KEY=VALUE, and not a path in which some folder has an equals sign.
bool is_override(const std::string& word);
/// Words that all are; else a usage_error.
std::vector<std::string> settings_of(std::span<const std::string> words);

/// `--threads N`, `--folds K`, `--json`: the same in every verb.
OptionSpec threads_option();
/// What the first one says.
int threads_of(const Arguments& arguments);
OptionSpec folds_option();
OptionSpec json_option(const std::string& help);

}  // namespace orochi
