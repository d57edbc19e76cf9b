// orochi new-component
#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "cli/component_templates.hpp"
#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "io/new_folder.hpp"
#include "io/suggest.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

/// A kind of component, and the one of examples/extensions that a new one begins as.
struct Kind {
  const char *name, *example, *code, *type;
  bool (*has)(const Extensions&, const std::string& name);
  const char *parameter, *argument;  // of the function that adds it
  const char* check;                 // of what was built, {0} being its name
};

template <auto member>
bool has(const Extensions& extensions, const std::string& name) {
  return (extensions.*member).find(name) != nullptr;
}

constexpr const char *to_all = "orochi::Extensions& extensions", *from_all = "extensions";

constexpr std::array<Kind, 6> kinds{
    {{"layer", "swiglu", templates::swiglu, "SwiGlu", has<&Extensions::layers>, "orochi::Layers& layers",
      "extensions.layers", "{0}_f64 check-layer {0}"},
     {"task", "ordinal", templates::ordinal, "Ordinal", has<&Extensions::tasks>, to_all, from_all,
      "{0}_f64 check-task {0} small large middle large"},
     {"optimizer", "lion", templates::lion, "Lion", has<&Extensions::optimizers>, to_all, from_all,
      "{0} components optimizer"},
     {"schedule", "one_cycle", templates::one_cycle, "OneCycle", has<&Extensions::schedules>, to_all,
      from_all, "{0} components schedule"},
     {"tokenizer", "codons", templates::codons, "Codons", has<&Extensions::tokenizers>,
      "orochi::Tokenizers& tokenizers", "extensions.tokenizers", "{0} components tokenizer"},
     {"reader", "embl", templates::embl, "Embl", has<&Extensions::readers>, "orochi::Readers& readers",
      "extensions.readers", "{0} components reader"}}};

const Kind& kind_of(const std::string& name) {
  const auto found = std::ranges::find(kinds, name, [](const Kind& kind) { return std::string(kind.name); });
  if (found != kinds.end()) return *found;
  refuse_name("kind of component", name, kinds);
}

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_of_word(char c) { return is_small_letter(c) || c == '_' || (c >= '0' && c <= '9'); }

void check_name(const std::string& name, const Kind& kind, const Extensions& extensions) {
  if (name.empty() || !is_small_letter(name.front()) || !std::ranges::all_of(name, is_of_word))
    throw usage_error(fmt::format(
        "\"{}\" cannot be a component's name; expected small letters, digits and _, such as token_shift",
        escape(name)));
  if (kind.has(extensions, name))
    throw usage_error(fmt::format("there is a {} \"{}\" already; choose another name", kind.name, name));
}

/// TokenShift for token_shift.
std::string class_name(const std::string& name) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] != '_') {
      const bool starts = i == 0 || name[i - 1] == '_';
      result += starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(name[i]))) : name[i];
    }
  return result + "Component";  // no name of the library ends so
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The example under another name, with another comment at its top.
std::string code_of(const Kind& kind, const std::string& name) {
  std::string text = kind.code;
  text.erase(0, text.find("#include"));
  for (const char* before : {"class ", "explicit ", "<"})
    replace_all(text, before + std::string(kind.type), before + class_name(name));
  replace_all(text, fmt::format("add_{}(", kind.example), fmt::format("add_{}(", name));
  replace_all(text, fmt::format("\"{}\"", kind.example), fmt::format("\"{}\"", name));
  replace_all(text, "\"extensions.hpp\"", fmt::format("\"{}.hpp\"", name));
  return fmt::format(
             "// The {} \"{}\". It begins as a copy of the example \"{}\", which builds and passes its "
             "check: change it\n// to what you want. docs/extend.md says what each function is for.\n",
             kind.name, name, kind.example) +
         text;
}

std::string header_of(const Kind& kind, const std::string& name) {
  return fmt::format("#pragma once\n\n#include <orochi/extensions.hpp>\n\nvoid add_{}({});\n", name,
                     kind.parameter);
}

std::string main_of(const Kind& kind, const std::string& name) {
  return fmt::format(R"(// Orochi with one component more.
#include <orochi/run.hpp>

#include "{0}.hpp"

int main(int argc, char** argv) {{
  orochi::Extensions extensions = orochi::builtin();
  add_{0}({1});
  return orochi::run(argc, argv, extensions);
}}
)",
                     name, kind.argument);
}

std::string build_file_of(const std::string& name) {
  return fmt::format(R"(cmake_minimum_required(VERSION 3.22...4.0)
project({0} LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_package(Orochi REQUIRED)

# Makes `{0}`, the whole program in float, and `{0}_f64`, its checks in double.
orochi_add_program({0} SOURCES main.cpp {0}.cpp)
)",
                     name);
}

int call_new_component(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const Kind& kind = kind_of(arguments.words[0]);
  const std::string& name = arguments.words[1];
  check_name(name, kind, extensions);
  const std::string path = arguments.has("--out") ? arguments.text("--out") : name;
  NewFolder folder(path);
  const auto write = [&](const std::string& file, const std::string& text) {
    write_whole_file(folder.temporary() + "/" + file, bytes_of(text));
  };
  write("CMakeLists.txt", build_file_of(name));
  write("main.cpp", main_of(kind, name));
  write(name + ".hpp", header_of(kind, name));
  write(name + ".cpp", code_of(kind, name));
  folder.put_in_place();
  const std::string at = shell_word(path), build = shell_word(path + "/build");
  out.write(
      fmt::format("{}: {}, begins as the example \"{}\"; {}.cpp is yours to change\nnext:\n"
                  "  cmake -S {} -B {}     # where Orochi is installed: cmake --install build\n"
                  "  cmake --build {}\n  {}/{}\n",
                  escape(path), kind.name, kind.example, name, at, build, build, build,
                  fmt::format(fmt::runtime(kind.check), name)));
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb new_component_verb() {
  Verb verb;
  verb.name = "new-component";
  verb.summary = "write a project with a component of your own to begin with";
  verb.description =
      "Writes a folder with a component, a program that has it beside the built-in ones, and a "
      "CMakeLists.txt. The component is a small example of its kind under your name: it builds, passes its "
      "check, and is there to be changed (docs/extend.md).";
  verb.words = {{"KIND", "layer, task, optimizer, schedule, tokenizer or reader", true, false},
                {"NAME", "what a config will call it, for example token_shift", true, false}};
  verb.options = {{"--out", "DIR", "the folder (default: NAME; example: --out components/token_shift)"}};
  verb.examples = {"new-component layer token_shift", "new-component optimizer lamb --out components/lamb"};
  verb.call = call_new_component;
  return verb;
}

}  // namespace orochi
