// Help texts, made from what the parser knows.
#include <algorithm>

#include "cli/command_line.hpp"
#include "cli/text.hpp"

namespace orochi {
namespace {

constexpr std::size_t page_width = 100;

struct Entry {
  std::string left, right;
};

/// Two columns, the right one wrapped.
std::string two_columns(const std::vector<Entry>& entries) {
  std::size_t width = 0;
  for (const Entry& entry : entries) width = std::max(width, entry.left.size());
  std::string result;
  for (const Entry& entry : entries) {
    std::string left = entry.left;
    for (const std::string& line : wrap(entry.right, page_width - width - 4)) {
      result += "  " + left + std::string(width - left.size() + 2, ' ') + line + "\n";
      left.clear();
    }
  }
  return result;
}

std::string option_form(const OptionSpec& option) {
  return option.value.empty() ? option.name : option.name + " " + option.value;
}

}  // namespace

std::string usage(const Program& program, const Verb& verb) {
  std::string result = program.name + " " + verb.name;
  for (const WordSpec& word : verb.words) {
    const std::string form = word.name + (word.repeated ? " ..." : "");
    result += word.required ? " " + form : " [" + form + "]";
  }
  for (const OptionSpec& option : verb.options) result += " [" + option_form(option) + "]";
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
                                          {"--version", "the version"}});
  result += "\nexamples:\n";
  for (const Verb& verb : program.verbs)
    if (!verb.examples.empty()) result += "  " + program.name + " " + verb.examples.front() + "\n";
  return result +
         "\nResults go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,\n"
         "2 wrong usage, configuration or data, 3 training diverged, 128 + n on signal n.\n";
}

std::string verb_help(const Program& program, const Verb& verb) {
  std::string result = "usage: " + usage(program, verb) + "\n\n";
  for (const std::string& line : wrap(verb.description, page_width)) result += line + "\n";
  std::vector<Entry> words, options;
  for (const WordSpec& word : verb.words) words.push_back({word.name, word.help});
  for (const OptionSpec& option : verb.options) options.push_back({option_form(option), option.help});
  options.push_back({"-h, --help", "this text"});
  if (!words.empty()) result += "\nwords:\n" + two_columns(words);
  result += "\noptions:\n" + two_columns(options);
  if (!verb.examples.empty()) result += "\nexamples:\n";
  for (const std::string& example : verb.examples) result += "  " + program.name + " " + example + "\n";
  return result;
}

}  // namespace orochi
