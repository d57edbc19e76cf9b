// From argv to an exit code: the only place that catches.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <new>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/command_line.hpp"
#include "cli/text.hpp"
#include "io/suggest.hpp"
#include "ranks/join.hpp"

namespace orochi {
namespace {

/// A message that begins with a place is left as it is, so that editors jump there. What keeps processes from
/// joining each of them finds: rank 0 says it, and by the time that the others end it is heard.
void say(const Program& program, const std::string& message) {
  if (program.team != nullptr && !program.team->ranks && started_rank() > 0)
    return std::this_thread::sleep_for(std::chrono::seconds(1));
  const bool has_place = message.substr(0, message.find('\n')).find(": error: ") != std::string::npos;
  const bool is_rank = program.team != nullptr && program.team->ranks && program.team->ranks->rank() > 0;
  const std::string line = (has_place ? is_rank ? program.name + ":\n" : "" : program.name + ": ") +
                           fitted(inert_lines(message), standard_error_screen()) + "\n";
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
  refuse_name("verb", name, names);
}

bool is_one_of_several(const Program& program) { return program.team != nullptr && program.team->ranks; }

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
    if (is_one_of_several(program) && verb.name != program.team->verb)
      throw usage_error(
          fmt::format("{0} works in one process: start it without mpirun, which is for `{1} {2}`", verb.name,
                      program.name, program.team->verb));
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

/// Joins the processes that were started together. Returns whether this one is to run a verb: any other rank
/// than 0 does its part, and leaves signals that stop a run to rank 0.
bool join(Program& program) {
  if (program.team == nullptr) return true;
  program.team->ranks = join_ranks();
  if (!is_one_of_several(program) || program.team->ranks->rank() == 0) return true;
  program.name += fmt::format(": rank {}", program.team->ranks->rank());
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
  program.team->follow(*program.team->ranks);
  return false;
}

int run_verb(const std::vector<std::string>& arguments, Program& program, const Extensions& extensions) {
  if (!join(program)) return static_cast<int>(ExitCode::done);
  check_verbs(program.verbs);
  Output out;
  const int code = dispatch(arguments, program, extensions, out);
  out.flush();
  if (is_one_of_several(program)) program.team->dismiss(*program.team->ranks);
  return code;
}

/// Says what the exception at hand means; returns the exit code.
int tell_error(const Program& program, bool trains) {
  const int failed = static_cast<int>(ExitCode::failed);
  try {
    throw;
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

}  // namespace

int run_program(int argc, char** argv, Program program, const Extensions& extensions) {
  ::signal(SIGXFSZ, SIG_IGN);  // a file at the size limit (ulimit -f) is an error of write, with a message
  if (argc > 0) {
    program.path = argv[0];
    program.name = std::filesystem::path(program.path).filename().string();
  }
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  try {
    return run_verb(arguments, program, extensions);
  } catch (...) {
    const bool trains = std::ranges::any_of(program.verbs, [&](const Verb& verb) {
      return verb.trains && !arguments.empty() && verb.name == arguments.front();
    });
    const int code = tell_error(program, trains);
    if (is_one_of_several(program)) program.team->ranks->abort(code);  // else they would wait for this one
    return code;
  }
}

}  // namespace orochi
