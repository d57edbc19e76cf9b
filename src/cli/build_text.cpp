#include "cli/build_text.hpp"

#include <fmt/format.h>

#include <orochi/scalar.hpp>

#include "about/about.hpp"

namespace orochi {

std::string program_text() {
  return fmt::format("orochi {}, commit {}, by {}", version, commit(), compiler());
}

std::string libraries_text() {
  std::string text;
  for (const Library& library : libraries())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", library.name, library.version);
  return text;
}

std::string build_text() {
  std::string engines_text;
  for (const Ability& engine : engines())
    if (engine.missing.empty()) engines_text += " " + engine.word;
  return fmt::format(
      "commit     {}\ncompiler   {}\nbuilt for  {}\nCPU        {}, {}\nkernels   {} (auto is {})\nlibraries  "
      "{}\n",
      commit(), compiler(), built_level(), cpu_name(), cpu_level(), engines_text, automatic_engine(),
      libraries_text());
}

}  // namespace orochi
