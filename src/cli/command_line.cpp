#include "cli/command_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/read_number.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

std::string before_equals(const std::string& argument) { return argument.substr(0, argument.find('=')); }

const OptionSpec* find_option(const Verb& verb, const std::string& name) {
  const auto found = std::find_if(verb.options.begin(), verb.options.end(),
                                  [&](const OptionSpec& option) { return option.name == name; });
  return found == verb.options.end() ? nullptr : &*found;
}

std::string unknown_option(const Program& program, const Verb& verb, const std::string& argument) {
  const std::string name = before_equals(argument);
  std::vector<std::string> known{"--help", "--quiet"};
  for (const OptionSpec& option : verb.options) known.push_back(option.name);
  std::string suggestion = nearest(name, known);
  if (suggestion.empty()) suggestion = nearest("-" + name, known);  // -json
  std::string message = fmt::format("{} has no option \"{}\"", verb.name, name);
  if (!suggestion.empty())
    message += fmt::format("; did you mean \"{}\"?", suggestion);
  else if (const std::string hint = verb.hint ? verb.hint(argument) : ""; !hint.empty())
    message += "; " + hint;
  return message + fmt::format(" (see `{} help {}`)", program.name, verb.name);
}

/// What CLI11 would let through or word badly: `--json=x`, `--run=`, `--run --json`, `--run` at the end.
void check_values(const Verb& verb, const std::vector<std::string>& rest) {
  for (std::size_t i = 0; i < rest.size() && rest[i] != "--"; ++i) {
    const OptionSpec* option = find_option(verb, before_equals(rest[i]));
    if (option == nullptr) continue;
    const std::size_t equals = rest[i].find('=');
    if (option->value.empty()) {
      if (equals != std::string::npos) throw usage_error(option->name + " is a switch and takes no value");
      continue;
    }
    const bool missing = equals != std::string::npos
                             ? equals + 1 == rest[i].size()
                             : i + 1 == rest.size() || rest[i + 1].empty() || rest[i + 1].starts_with("--");
    if (missing) throw usage_error(fmt::format("{0} needs a value: {0} {1}", option->name, option->value));
    if (equals == std::string::npos) ++i;
  }
}

void check_integer(const OptionSpec& option, const std::string& text) {
  const auto value = read_number<std::int64_t>(text);
  if (!value || *value < option.least || *value > option.most)
    throw usage_error(fmt::format("{} takes a whole number from {} to {}, not \"{}\"", option.name,
                                  option.least, option.most, text));
}

/// What CLI11 left over: words, and before "--" options that nobody knows.
std::vector<std::string> take_words(const Program& program, const Verb& verb,
                                    const std::vector<std::string>& remaining) {
  std::vector<std::string> words;
  bool only_words = false;
  for (const std::string& extra : remaining) {
    if (only_words || !extra.starts_with("-") || extra == "-")
      words.push_back(extra);
    else if (extra == "--")
      only_words = true;
    else
      throw usage_error(unknown_option(program, verb, extra));
  }
  return words;
}

void check_words(const Program& program, const Verb& verb, const std::vector<std::string>& words) {
  std::size_t required = 0;
  bool repeated = false;
  for (const WordSpec& word : verb.words) {
    required += word.required ? 1 : 0;
    repeated = repeated || word.repeated;
  }
  if (words.size() < required)
    throw usage_error(fmt::format("{} needs {}; usage: {}", verb.name, verb.words[words.size()].name,
                                  usage(program, verb)));
  if (!repeated && words.size() > verb.words.size())
    throw usage_error(
        fmt::format("unexpected word \"{}\"; usage: {}", words[verb.words.size()], usage(program, verb)));
}

}  // namespace

std::string Arguments::text(const std::string& option, const std::string& otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? otherwise : found->second;
}

std::int64_t Arguments::integer(const std::string& option, std::int64_t otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? otherwise : read_number<std::int64_t>(found->second).value_or(otherwise);
}

Arguments parse_arguments(const Verb& verb, const Program& program, std::vector<std::string> rest) {
  check_values(verb, rest);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Arguments arguments;
  arguments.program = program.path;
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, CLI::Option*> parsed;
  parsed["--help"] = app.add_flag("-h,--help");
  parsed["--quiet"] = app.add_flag("-q,--quiet");
  for (const OptionSpec& option : verb.options)
    parsed[option.name] = option.value.empty() ? app.add_flag(option.name)
                                               : app.add_option(option.name, values[option.name])
                                                     ->expected(1)
                                                     ->take_all()
                                                     ->allow_extra_args(false);
  std::reverse(rest.begin(), rest.end());  // as CLI11 wants them
  try {
    app.parse(rest);
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("{}; usage: {}", error.what(), usage(program, verb)));
  }
  for (const auto& [name, option] : parsed) {
    if (option->count() == 0) continue;
    const std::vector<std::string>& given = values[name];
    if (given.size() > 1) throw usage_error(fmt::format("{} is given {} times", name, given.size()));
    if (!given.empty() && given.front().starts_with("~/"))
      throw usage_error(
          fmt::format("{} is {}: shells leave ~ as it is in quotes and behind \"=\"; write "
                      "\"$HOME{}\", or ./{} for a folder of that name",
                      name, given.front(), given.front().substr(1), given.front()));
    arguments.options[name] = given.empty() ? "" : given.front();
  }
  if (arguments.has("--help")) return arguments;
  arguments.words = take_words(program, verb, app.remaining());
  for (const OptionSpec& option : verb.options)
    if (option.most > 0 && arguments.has(option.name)) check_integer(option, arguments.options[option.name]);
  check_words(program, verb, arguments.words);
  return arguments;
}

}  // namespace orochi
