// Levels of instructions of which one is chosen when a kernel is first called.
#pragma once

#include <span>

namespace orochi::kernels {

struct LevelTable;

struct Level {
  const char* name;
  const LevelTable* table;  // null where there is one level, whose functions have the public names themselves
  bool bf16;                // whether its products in bf16 may be called
  bool runs_here;           // whether this CPU has its instructions
};

/// What this build has, the best last; the first runs wherever the program does.
std::span<const Level> all_levels();

/// The level of this name, or for null and "" the best that runs here. Throws a usage_error, which names what
/// there is, for another name and for a level that does not run here.
const Level& choose_level(std::span<const Level> levels, const char* name);

/// The level at work.
const Level& level();

}  // namespace orochi::kernels
