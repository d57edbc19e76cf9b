// The levels of x86-64 beside each other in one program; their flags are in CMakeLists.txt.
#include "core/kernels/level_table.hpp"
#include "core/kernels/levels.hpp"

extern "C" const orochi::kernels::LevelTable orochi_kernels_plain, orochi_kernels_v2, orochi_kernels_v3,
    orochi_kernels_v4, orochi_kernels_v4_amx;

namespace orochi::kernels {

std::span<const Level> all_levels() {
  static const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  static const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  static const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                         __builtin_cpu_supports("avx512vl");
  static const Level levels[] = {
      {"plain", &orochi_kernels_plain, false, true},
      {"v2", &orochi_kernels_v2, false, v2},
      {"v3", &orochi_kernels_v3, false, v3},
      {"v4", &orochi_kernels_v4, false, v4},
      {"v4-bf16", &orochi_kernels_v4, true, v4 && orochi_kernels_v4.bf16_available()},
      {"v4-amx", &orochi_kernels_v4_amx, true, v4 && orochi_kernels_v4_amx.bf16_available()}};
  return levels;
}

}  // namespace orochi::kernels
