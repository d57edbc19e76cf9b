// The command line of a program: parsing, help, and errors as exit codes.
#pragma once

#include <string>
#include <vector>

#include <orochi/verb.hpp>

namespace orochi {

struct Program {
  std::string version;
  std::string build = {};  // lines for --version: what it was built of
  std::string summary;
  std::vector<Verb> verbs;
  std::string path = "orochi";  // argv[0]
  std::string name = "orochi";  // without its folder
};

/// Names the program as it was called, parses, calls the verb and returns the exit code. Every error ends
/// here, as a message on standard error: 1 failed, 2 wrong usage, configuration or data, 3 diverged, 128 + n
/// for a signal (docs/commands.md).
int run_program(int argc, char** argv, Program program, const Extensions& extensions);

/// The options and words of one verb (CLI11 does the work). Throws a usage_error of one line.
Arguments parse_arguments(const Verb& verb, const Program& program, std::vector<std::string> rest);

/// "orochi evaluate CHECKPOINT [--data FILE] [--json]"
std::string usage(const Program& program, const Verb& verb);
std::string program_help(const Program& program);
std::string verb_help(const Program& program, const Verb& verb);

}  // namespace orochi
