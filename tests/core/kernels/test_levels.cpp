#include <cstdlib>
#include <string>

#include "core/kernels/bf16.hpp"
#include "core/kernels/kernel_support.hpp"
#include "core/kernels/levels.hpp"

using namespace orochi;
using namespace orochi::kernels;

namespace {

std::string refusal(std::span<const kernels::Level> levels, const char* name) {
  try {
    choose_level(levels, name);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the best level that runs here is chosen, or the one that is asked for") {
  const kernels::Level levels[] = {
      {"old", nullptr, false, true}, {"new", nullptr, false, true}, {"newest", nullptr, true, false}};
  CHECK(std::string(choose_level(levels, nullptr).name) == "new");
  CHECK(std::string(choose_level(levels, "").name) == "new");
  CHECK(std::string(choose_level(levels, "old").name) == "old");
}

TEST_CASE("a level that cannot be had is refused with those that can") {
  const kernels::Level levels[] = {
      {"old", nullptr, false, true}, {"new", nullptr, false, true}, {"newest", nullptr, true, false}};
  const std::string here = ": this program on this CPU has the levels old, new; ";
  CHECK(refusal(levels, "newest").find("OROCHI_CPU=newest" + here) == 0);
  CHECK(refusal(levels, "older").find("OROCHI_CPU=older" + here) == 0);
}

TEST_CASE("the level at work is the one that the environment names") {
  const char* wanted = std::getenv("OROCHI_CPU");
  if (wanted != nullptr) CHECK(std::string(level_name()) == wanted);
  CHECK(bf16_available() == level().bf16);
  CHECK(choose_level(all_levels(), level_name()).table == level().table);
}
