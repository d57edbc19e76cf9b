// From argv to an exit code: the only place that catches.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <new>
#include <optional>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/command_line.hpp"
#include "cli/text.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

/// A message that begins with a place is left as it is, so that editors jump there.
void say(const Program& program, const std::string& message) {
  const bool has_place = message.substr(0, message.find('\n')).find(": error: ") != std::string::npos;
  const std::string line =
      (has_place ? "" : program.name + ": ") + fitted(inert_lines(message), standard_error_screen()) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// While it lives, what verbs say on standard error besides errors is left out.
class Quiet {
 public:
  Quiet() : before_(std::cerr.rdbuf(nullptr)) {}
  ~Quiet() { std::cerr.rdbuf(before_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  std::streambuf* before_;
};

std::string command_text(const Program& program, const std::vector<std::string>& arguments) {
  std::string text = shell_word(program.path);
  for (const std::string& argument : arguments) text += " " + shell_word(argument);
  return text;
}

/// What a program's own verbs may get wrong.
void check_verbs(const std::vector<Verb>& verbs) {
  for (const Verb& verb : verbs) {
    if (verb.name == "help" || std::ranges::count(verbs, verb.name, &Verb::name) > 1)
      throw failure(
          fmt::format("two verbs are named \"{}\"; rename the one that this program adds", verb.name));
    if (verb.call == nullptr) throw failure(fmt::format("the verb \"{}\" has no `call`", verb.name));
  }
}

const Verb& find_verb(const Program& program, const std::string& name) {
  const auto found = std::ranges::find(program.verbs, name, &Verb::name);
  if (found != program.verbs.end()) return *found;
  if (name.starts_with("-"))
    throw usage_error(fmt::format("unknown option \"{0}\"; a verb comes first: {1} VERB ... (see `{1} help`)",
                                  name, program.name));
  std::vector<std::string> names{"help"};
  for (const Verb& verb : program.verbs) names.push_back(verb.name);
  const std::string suggestion = nearest(name, names);
  throw usage_error(fmt::format(
      "unknown verb \"{}\"; {}", name,
      suggestion.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                         : fmt::format("did you mean \"{}\"? (see `{} help`)", suggestion, program.name)));
}

int dispatch(const std::vector<std::string>& arguments, const Program& program, const Extensions& extensions,
             Output& out) {
  if (arguments.empty()) {
    const std::string help = program_help(program);
    std::fwrite(help.data(), 1, help.size(), stderr);
    return static_cast<int>(ExitCode::usage);
  }
  const std::string& first = arguments.front();
  const bool asks_help = first == "help" || first == "--help" || first == "-h";
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (first == "--version" || first == "-V") {
    out.write(program.name + " " + program.version + "\n" + program.build);
  } else if (asks_help && rest.empty()) {
    out.write(program_help(program));
  } else if (asks_help) {
    out.write(rest.front() == "help" ? program_help(program)
                                     : verb_help(program, find_verb(program, rest.front())));
  } else {
    const Verb& verb = find_verb(program, first);
    const bool helps = rest == std::vector<std::string>{"help"};
    Arguments parsed = helps ? Arguments() : parse_arguments(verb, program, rest);
    parsed.command = command_text(program, arguments);
    std::optional<Quiet> quiet;
    if (parsed.has("--quiet")) quiet.emplace();
    if (!helps && !parsed.has("--help")) return verb.call(extensions, parsed, out);
    out.write(verb_help(program, verb));
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

int run_program(int argc, char** argv, Program program, const Extensions& extensions) {
  const int failed = static_cast<int>(ExitCode::failed);
  ::signal(SIGXFSZ, SIG_IGN);  // a file at the size limit (ulimit -f) is an error of write, with a message
  if (argc > 0) {
    program.path = argv[0];
    program.name = std::filesystem::path(program.path).filename().string();
  }
  try {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    check_verbs(program.verbs);
    Output out;
    const int code = dispatch(arguments, program, extensions, out);
    out.flush();
    return code;
  } catch (const OutputClosed&) {
    return 128 + SIGPIPE;
  } catch (const Error& error) {
    say(program, error.what());
    return static_cast<int>(error.code());
  } catch (const std::filesystem::filesystem_error& error) {
    say(program, fmt::format("{}: {}; check the path and its permissions", error.path1().string(),
                             error.code().message()));
    return failed;
  } catch (const std::bad_alloc&) {
    const bool trains =
        argc > 1 && (std::string_view(argv[1]) == "train" || std::string_view(argv[1]) == "bench");
    say(program, trains ? "out of memory; smaller: data.max_length, train.batch_size, model.d_model"
                        : "out of memory; give fewer or shorter sequences, or lower --threads");
    return failed;
  } catch (const std::exception& error) {
    say(program, std::string("unexpected error: ") + error.what());
    return failed;
  } catch (...) {  // a user's layer may throw anything
    say(program, "unexpected error of an unknown type");
    return failed;
  }
}

}  // namespace orochi
