// The command line: verbs, their words and options, and the help that follows from them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/output.hpp"

namespace orochi {

/// A word that a verb takes: CONFIG.
struct WordSpec {
  std::string name;
  std::string help;
  bool required = true;
  bool repeated = false;  // the last word only
};

/// An option of a verb: `--threads N` takes a value, `--json` is a switch.
struct OptionSpec {
  std::string name;                  // --threads
  std::string value;                 // N, DIR, FILE; empty: a switch
  std::string help;                  // what it does, its default, an example
  std::int64_t least = 0, most = 0;  // of a whole number; both 0: the value is text
};

/// What a verb was called with.
class Arguments {
 public:
  std::string program;                         // argv[0], for commands that are shown to the user
  std::vector<std::string> words;              // in order
  std::map<std::string, std::string> options;  // by name, only those given; a switch has ""

  bool has(const std::string& option) const { return options.count(option) > 0; }
  std::string text(const std::string& option, const std::string& otherwise = {}) const;
  std::int64_t integer(const std::string& option, std::int64_t otherwise) const;
};

struct Verb {
  std::string name;
  std::string summary;      // one line
  std::string description;  // paragraphs
  std::vector<WordSpec> words;
  std::vector<OptionSpec> options;    // --help comes by itself
  std::vector<std::string> examples;  // command lines without the program's name
  /// Does it; returns the exit code.
  std::function<int(const Arguments&, Output&)> call;
  /// What to say about an unknown option besides the nearest known one; may be null or return "".
  std::function<std::string(const std::string& option)> hint = {};
};

struct Program {
  std::string version;
  std::string summary;
  std::vector<Verb> verbs;
};

/// Parses, calls the verb and returns the exit code. Every error ends here, as a message on standard error:
/// 1 failed, 2 wrong usage, configuration or data, 3 diverged, 128 + n for a signal (docs/commands.md).
int run_program(int argc, char** argv, const Program& program);

/// The options and words of one verb (CLI11 does the work). Throws a usage_error of one line.
Arguments parse_arguments(const Verb& verb, const std::string& program, std::vector<std::string> rest);

/// "orochi evaluate CHECKPOINT [--data FILE] [--json]"
std::string usage(const Verb& verb);
std::string program_help(const Program& program);
std::string verb_help(const Verb& verb);

}  // namespace orochi
