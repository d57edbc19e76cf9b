// The command line of a program: parsing, help, and errors as exit codes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <orochi/communicator.hpp>
#include <orochi/verb.hpp>

namespace orochi {

/// The processes that were started together, as rank 0 has them while it runs a verb.
struct Team {
  std::string verb;  // what they may be started for
  /// What every other rank does.
  std::function<void(Communicator&)> follow;
  /// What rank 0 does at its end, so that they end.
  std::function<void(Communicator&)> dismiss;
  std::unique_ptr<Communicator> ranks = nullptr;  // null: this process is alone
};

struct Program {
  std::string version;
  std::string build = {};  // lines for --version: what it was built of
  std::string summary;
  std::vector<Verb> verbs;
  std::string path = "orochi";  // argv[0]
  std::string name = "orochi";  // without its folder
  Team* team = nullptr;         // null: it is always alone
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
