#include "core/kernels/levels.hpp"

#include <cstdlib>
#include <string>

#include <orochi/error.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {
namespace {

std::string names_here(std::span<const Level> levels) {
  std::string list;
  for (const Level& level : levels)
    if (level.runs_here) list += (list.empty() ? "" : ", ") + std::string(level.name);
  return list;
}

}  // namespace

const Level& choose_level(std::span<const Level> levels, const char* name) {
  const std::string wanted = name == nullptr ? "" : name;
  const Level* best = nullptr;
  for (const Level& level : levels) {
    if (level.runs_here && (wanted.empty() || wanted == level.name)) best = &level;
  }
  if (best != nullptr) return *best;
  throw usage_error("OROCHI_CPU=" + wanted + ": this program on this CPU has the levels " +
                    names_here(levels) + "; without OROCHI_CPU it takes the last of them");
}

const Level& level() {
  static const Level& chosen = choose_level(all_levels(), std::getenv("OROCHI_CPU"));
  return chosen;
}

const char* level_name() { return level().name; }

}  // namespace orochi::kernels
