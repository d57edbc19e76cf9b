// orochi check-layer: gradient checks. Built in both precisions.
#include <fmt/format.h>

#include <orochi/gradient_check.hpp>
#include <orochi/scalar.hpp>

#include "cli/table.hpp"
#include "cli/verbs.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

constexpr bool in_double = sizeof(Scalar) == 8;

const LayerEntry& find_layer(const Layers& layers, const std::string& name) {
  if (const LayerEntry* entry = layers.find(name)) return *entry;
  refuse_name("layer", name, layers.entries());
}

int call_check_layer(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const Layers& layers = extensions.layers;
  std::vector<const LayerEntry*> entries;
  for (const std::string& name : arguments.words) entries.push_back(&find_layer(layers, name));
  if (entries.empty())
    for (const LayerEntry& entry : layers.entries()) entries.push_back(&entry);
  const auto seed = static_cast<std::uint64_t>(arguments.integer("--seed", 42));
  Table table({{"layer", Align::left},
               {"setting", Align::left},
               {"worst element", Align::left},
               {"difference"},
               {"tolerance"},
               {"elements"},
               {"result", Align::left}});
  int failed = 0, checked = 0;
  std::string lines;
  for (const LayerEntry* entry : entries) {
    for (const GradientCheck& check : check_gradients(*entry, layers, seed)) {
      ++checked;
      if (!check.passed()) ++failed;
      for (const std::string& error : check.errors) lines += error + "\n";
      if (!check.note.empty()) lines += check.note + "\n";
      table.add({check.layer, check.example.empty() ? "default" : check.example,
                 check.worst.empty() ? "-" : check.worst, fmt::format("{:.1e}", check.difference),
                 fmt::format("{:.1e}", check.tolerance), std::to_string(check.tried),
                 check.passed() ? "ok" : "FAILED"});
    }
  }
  out.write(table.text() + lines);
  out.write(fmt::format("{} of {} passed, in {} precision, seed {}\n", checked - failed, checked,
                        in_double ? "double" : "single", seed));
  return static_cast<int>(failed == 0 ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Verb check_layer_verb() {
  Verb verb;
  verb.name = "check-layer";
  verb.summary = "check registered layers, built-in or your own: gradients and the rules of a layer";
  verb.description =
      "Compares each layer's backward pass with central differences on a random batch of uneven sequences, "
      "in every setting that it was registered with, and holds it to what every layer keeps to: it writes "
      "all of its results; a sequence alone and a chunk of the batch give what they give in the whole; "
      "gradients of two uses add up; inference is training without dropout. A table line for each setting, "
      "and below it a line for each failed check; exit code 1 if one failed. ";
  verb.description += in_double
                          ? "This program works in double precision."
                          : "This program works in single precision, which finds blunders; orochi_f64 does "
                            "the same in double precision and finds the rest.";
  verb.words = {{"NAME", "a registered layer (default: all of them)", false, true}};
  verb.options = {{"--seed", "N", "what the random numbers are drawn from (default: 42; example: --seed 7)",
                   0, std::int64_t{1} << 62}};
  verb.examples = {"check-layer multi_head_attention", "check-layer --seed 7"};
  verb.call = call_check_layer;
  return verb;
}

}  // namespace orochi
