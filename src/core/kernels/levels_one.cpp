// One level: what the whole build is compiled for.
#include "core/kernels/bf16.hpp"
#include "core/kernels/levels.hpp"

namespace orochi::kernels {
namespace {

#if defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__AVX512BW__)
constexpr const char* name = "v4-amx";
#elif defined(__AVX512BF16__) && defined(__AVX512BW__)
constexpr const char* name = "v4-bf16";
#elif defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
constexpr const char* name = "v4";
#elif defined(__AVX2__) && defined(__FMA__)
constexpr const char* name = "v3";
#elif defined(__SSE4_2__)
constexpr const char* name = "v2";
#else
constexpr const char* name = "plain";
#endif

}  // namespace

std::span<const Level> all_levels() {
  static const Level levels[] = {{name, nullptr, bf16_available(), true}};
  return levels;
}

}  // namespace orochi::kernels
