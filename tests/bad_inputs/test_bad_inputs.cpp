// Broken configs and data files, each beside what the program must answer, word for word: NAME.expected holds
// the command, standard error and the exit code. With OROCHI_UPDATE_EXPECTED in the environment the answers
// are written there anew instead, to be read line by line before they are committed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "cli/program.hpp"
#include "hdf5_files.hpp"

using namespace orochi;
namespace fs = std::filesystem;

namespace {

/// A copy of this folder, which becomes the current one: messages hold paths as they were given.
class Copy {
 public:
  Copy()
      : source(fs::path(std::getenv("OROCHI_SOURCE_DIR")) / "tests/bad_inputs"), before_(fs::current_path()) {
    root_ = fs::temp_directory_path() / ("orochi-bad-inputs-" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::copy(source, root_, fs::copy_options::recursive);
  }
  ~Copy() {
    fs::current_path(before_);
    fs::remove_all(root_);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  void enter(const std::string& folder) const { fs::current_path(root_ / folder); }

  const fs::path source;

 private:
  fs::path before_, root_;
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What is in one of the two only: "- " expected, "+ " found.
std::string difference(const std::string& expected, const std::string& found) {
  const std::vector<std::string> before = lines_of(expected), after = lines_of(found);
  const auto lacks = [](const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) == lines.end();
  };
  std::string text;
  for (const std::string& line : before)
    if (lacks(after, line)) text += "- " + line + "\n";
  for (const std::string& line : after)
    if (lacks(before, line)) text += "+ " + line + "\n";
  return text.empty() ? "the same lines in another order\n" : text;
}

/// "$ orochi train a.toml": runs it into ../run, which must not be there afterwards.
std::string answer_to(const std::string& command) {
  std::istringstream stream(command);
  std::vector<std::string> words{std::istream_iterator<std::string>(stream), {}};
  words.erase(words.begin(), words.begin() + 2);
  words.insert(words.end(), {"--run", "../run"});
  const Outcome outcome = orochi_program(words);
  std::string answer = command + "\n" + outcome.err + "exit code " + std::to_string(outcome.code) + "\n";
  if (!outcome.out.empty()) answer += "standard output:\n" + outcome.out;
  if (fs::exists("../run")) answer += "it left a run folder behind\n";
  fs::remove_all("../run");
  return answer;
}

/// Versions of toml++ differ in the columns of syntax errors, and so where the caret is.
std::string without_columns(const std::string& text) {
  static const std::regex place("(:[0-9]+):[0-9]+(: error: while parsing|: error: encountered)"),
      caret("(: error: (?:while parsing|encountered)[^\n]*\n *[0-9]+ \\|[^\n]*\n) *\\^");
  return std::regex_replace(std::regex_replace(text, place, "$1$2"), caret, "$1^");
}

/// Runs every .expected of a folder; returns how many there are.
int check_folder(const Copy& copy, const std::string& folder) {
  copy.enter(folder);
  std::vector<fs::path> names;
  for (const fs::directory_entry& entry : fs::directory_iterator("."))
    if (entry.path().extension() == ".expected") names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  for (const fs::path& name : names) {
    const std::string expected = read(name);
    const std::string answer = answer_to(expected.substr(0, expected.find('\n')));
    if (std::getenv("OROCHI_UPDATE_EXPECTED") != nullptr) {
      std::ofstream(copy.source / folder / name, std::ios::binary) << answer;
      continue;
    }
    INFO(folder << "/" << name.string() << "\n" << difference(expected, answer));
    CHECK((without_columns(answer) == without_columns(expected)));
  }
  return static_cast<int>(names.size());
}

}  // namespace

TEST_CASE("a broken config is answered with place, cause and remedy") {
  const Copy copy;
  CHECK(check_folder(copy, "configs") >= 100);
}

TEST_CASE("a broken data file is answered with place, cause and remedy") {
  const Copy copy;
  copy.enter("data");
  for (const auto& [name, write] : hdf5_files()) write(name);
  CHECK(check_folder(copy, "data") >= 60);
}
