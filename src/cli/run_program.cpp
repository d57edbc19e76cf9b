// From argv to an exit code: the only place that catches.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <new>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "cli/command_line.hpp"
#include "cli/text.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

void say(const Program& program, const std::string& message) {
  const std::string line = program.name + ": " + inert_lines(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
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
  if (first == "--version") {
    out.write(program.name + " " + program.version + "\n");
  } else if (asks_help && rest.empty()) {
    out.write(program_help(program));
  } else if (asks_help) {
    out.write(rest.front() == "help" ? program_help(program)
                                     : verb_help(program, find_verb(program, rest.front())));
  } else {
    const Verb& verb = find_verb(program, first);
    const Arguments parsed = parse_arguments(verb, program, rest);
    if (!parsed.has("--help")) return verb.call(extensions, parsed, out);
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
