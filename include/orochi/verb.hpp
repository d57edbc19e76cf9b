// Verbs: the commands of the program, with their words and options, from which help and parsing follow.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/registry.hpp>

#pragma GCC visibility push(default)
namespace orochi {

struct Extensions;

/// Whoever read standard output has gone. No message: it is how `... | head` ends.
struct OutputClosed {};

/// Writes to standard output and does not take silence for success.
class Output {
 public:
  /// Buffered. Throws a failure (a full disk), or OutputClosed.
  void write(std::string_view text);
  /// Everything written so far reaches the reader now. Throws as `write` does.
  void flush();
};

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
  std::string command;                         // the whole command line, as a shell reads it
  std::vector<std::string> words;              // in order
  std::map<std::string, std::string> options;  // by name, only those given; a switch has ""

  /// `option` with its dashes: "--json".
  bool has(const std::string& option) const { return options.count(option) > 0; }
  /// The value of an option, or `otherwise` where it was not given.
  std::string text(const std::string& option, const std::string& otherwise = {}) const;
  /// The same as a number.
  std::int64_t integer(const std::string& option, std::int64_t otherwise) const;
};

/// A command of the program: `orochi NAME`. Parsing, help and the errors of wrong usage follow from it.
struct Verb {
  std::string name;
  std::string summary;      // one line
  std::string description;  // paragraphs
  std::vector<WordSpec> words;
  std::vector<OptionSpec> options;    // --help comes by itself
  std::vector<std::string> examples;  // command lines without the program's name
  /// Does it, with the components of its program; returns the exit code (docs/commands.md). An Error that it
  /// throws is shown to the user.
  std::function<int(const Extensions&, const Arguments&, Output&)> call;
  /// What to say about an unknown option besides the nearest known one; may be null or return "".
  std::function<std::string(const std::string& option)> hint = {};
  /// Whether it trains: where memory runs out, keys of the config are named that take less.
  bool trains = false;
};

using Verbs = Registry<Verb>;

}  // namespace orochi
#pragma GCC visibility pop
