#include <fstream>
#include <vector>

#include <orochi/error.hpp>

#include "about/about.hpp"
#include "commit.hpp"
#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// Levels of x86-64 as its psABI has them, without what every CPU of that level has besides.
struct Features {
  bool v2, v3, v4, bf16;
};

std::string level_of(const Features& has) {
  const int level = !has.v2 ? 1 : !has.v3 ? 2 : !has.v4 ? 3 : 4;
  return "x86-64-v" + std::to_string(level) + (has.bf16 ? " with AVX512_BF16" : "");
}

template <class Ask>
std::vector<Ability> ask_each(const std::vector<std::string>& words, Ask ask) {
  std::vector<Ability> found;
  for (const std::string& word : words) {
    try {
      ask(word.c_str());
      found.push_back({word, ""});
    } catch (const Error& error) {
      found.push_back({word, error.what()});
    }
  }
  return found;
}

}  // namespace

std::string commit() {
  const std::string known = commit_of_build;
  return known.empty() ? "unknown" : known;
}

std::string compiler() {
#ifdef __clang__
  return std::string("clang ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

#ifdef __x86_64__

std::string built_level() {
  Features has{};
#ifdef __SSE4_2__
  has.v2 = true;
#endif
#if defined(__AVX2__) && defined(__FMA__) && defined(__BMI2__)
  has.v3 = true;
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
  has.v4 = true;
#endif
  return level_of(has);
}

std::string cpu_level() {
  Features has{};
  has.v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  has.v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  has.v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  has.bf16 = __builtin_cpu_supports("avx512bf16");
  return level_of(has);
}

#else

std::string built_level() { return "plain"; }
std::string cpu_level() { return "not x86-64"; }

#endif

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (const std::size_t colon = line.find(": ");
        line.starts_with("model name") && colon != std::string::npos)
      return line.substr(colon + 2);
  return "unknown";
}

std::vector<Ability> engines() {
  std::vector<std::string> words = kernels_choice.list();
  std::erase(words, kernels_choice.word(Kernels::automatic));
  return ask_each(words, [](const char* word) { kernels::choose_engine(word); });
}

std::vector<Ability> precisions() {
  const kernels::Engine native = kernels::choose_engine(kernels_choice.word(Kernels::native));
  return ask_each(precision_choice.list(),
                  [&](const char* word) { kernels::choose_precision(word, native); });
}

std::string automatic_engine() {
  return kernels::engine_name(kernels::choose_engine(kernels_choice.word(Kernels::automatic)));
}

}  // namespace orochi
