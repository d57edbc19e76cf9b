// The command line of a program: parsing, help, and errors as exit codes.
#pragma once

#include <string>
#include <vector>

#include <orochi/verb.hpp>

namespace orochi {

struct Program {
  std::string version;
  std::string summary;
  std::vector<Verb> verbs;
};

/// Parses, calls the verb and returns the exit code. Every error ends here, as a message on standard error:
/// 1 failed, 2 wrong usage, configuration or data, 3 diverged, 128 + n for a signal (docs/commands.md).
int run_program(int argc, char** argv, const Program& program, const Extensions& extensions);

/// The options and words of one verb (CLI11 does the work). Throws a usage_error of one line.
Arguments parse_arguments(const Verb& verb, const std::string& program, std::vector<std::string> rest);

/// "orochi evaluate CHECKPOINT [--data FILE] [--json]"
std::string usage(const Verb& verb);
std::string program_help(const Program& program);
std::string verb_help(const Verb& verb);

}  // namespace orochi
