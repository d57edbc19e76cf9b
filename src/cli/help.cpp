// Help texts, made from what the parser knows.
#include <algorithm>

#include "cli/command_line.hpp"
#include "cli/text.hpp"

namespace orochi {
namespace {

constexpr const char* quiet_help = "after a verb: no progress and no notes, only results and errors";

struct Entry {
  std::string left, right;
};

/// Two columns, the right one wrapped.
std::string two_columns(const std::vector<Entry>& entries) {
  constexpr std::size_t widest = 24;  // of the left one; a longer entry has a line of its own
  std::size_t width = 0;
  for (const Entry& entry : entries)
    if (entry.left.size() <= widest) width = std::max(width, entry.left.size());
  std::string result;
  for (const Entry& entry : entries) {
    const bool is_long = entry.left.size() > width;
    if (is_long) result += "  " + entry.left + "\n";
    result += with_title(is_long ? "" : "  " + entry.left, entry.right, width + 4);
  }
  return result;
}

std::string option_form(const OptionSpec& option) {
  return option.value.empty() ? option.name : option.name + " " + option.value;
}

std::string paragraph(const std::string& text) {
  std::string result;
  for (const std::string& line : wrap(text, page_width())) result += line + "\n";
  return result;
}

/// A command that a user can paste into a shell, also when it has several lines.
std::string command_lines(const std::string& command) {
  constexpr std::size_t margin = 6;  // indent and backslash
  std::string result;
  for (const std::string& line : wrap(command, page_width() - margin))
    result += (result.empty() ? "  " : " \\\n    ") + line;
  return result + "\n";
}

std::vector<std::string> usage_parts(const Verb& verb) {
  std::vector<std::string> parts;
  for (const WordSpec& word : verb.words) {
    const std::string form = word.name + (word.repeated ? " ..." : "");
    parts.push_back(word.required ? form : "[" + form + "]");
  }
  for (const OptionSpec& option : verb.options) parts.push_back("[" + option_form(option) + "]");
  return parts;
}

/// The usage, with no part of it broken: what does not fit goes on below the first word.
std::string usage_lines(const Program& program, const Verb& verb) {
  std::string result = "usage: " + program.name + " " + verb.name;
  const std::size_t indent = result.size();
  std::size_t width = indent;
  for (const std::string& part : usage_parts(verb)) {
    if (width + 1 + part.size() > page_width()) {
      result += "\n" + std::string(indent, ' ');
      width = indent;
    }
    result += " " + part;
    width += 1 + part.size();
  }
  return result + "\n";
}

}  // namespace

std::string usage(const Program& program, const Verb& verb) {
  std::string result = program.name + " " + verb.name;
  for (const std::string& part : usage_parts(verb)) result += " " + part;
  return result;
}

std::string program_help(const Program& program) {
  std::string result = "usage: " + program.name + " VERB ...\n\n" + program.summary + "\n\nverbs:\n";
  std::vector<Entry> entries;
  for (const Verb& verb : program.verbs) entries.push_back({verb.name, verb.summary});
  entries.push_back(
      {"help", "this text; `" + program.name + " help VERB`: words, options and examples of one verb"});
  result += two_columns(entries);
  result += "\noptions:\n" + two_columns({{"-h, --help", "this text, or after a verb, the help of that verb"},
                                          {"-q, --quiet", quiet_help},
                                          {"-V, --version", "the version, and what it was built of"}});
  result += "\nexamples:\n";
  for (const Verb& verb : program.verbs)
    if (!verb.examples.empty()) result += command_lines(program.name + " " + verb.examples.front());
  return result + "\n" +
         paragraph(
             "Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 "
             "failed, 2 wrong usage, configuration or data, 3 training diverged, 128 + n on signal n.");
}

std::string verb_help(const Program& program, const Verb& verb) {
  std::string result = usage_lines(program, verb) + "\n" + paragraph(verb.description);
  std::vector<Entry> words, options;
  for (const WordSpec& word : verb.words) words.push_back({word.name, word.help});
  for (const OptionSpec& option : verb.options) options.push_back({option_form(option), option.help});
  options.push_back({"-q, --quiet", quiet_help});
  options.push_back({"-h, --help", "this text"});
  if (!words.empty()) result += "\nwords:\n" + two_columns(words);
  result += "\noptions:\n" + two_columns(options);
  if (!verb.examples.empty()) result += "\nexamples:\n";
  for (const std::string& example : verb.examples) result += command_lines(program.name + " " + example);
  return result;
}

}  // namespace orochi
