// A model that was trained a few steps, whose one label is spiteful.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

namespace orochi {

inline constexpr const char* spiteful = "no\xE2\x80\xAE\xC2\x9B";  // right-to-left override, a C1 control

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Trained {
  Trained() : place("verbs", spiteful), best(place.path("run/best.h5")) {
    const Outcome outcome = orochi_program({"train", place.path("small.toml"), "--run", place.path("run")});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    REQUIRE_FALSE(has(outcome.out, "\xE2\x80\xAE"));
  }
  Workplace place;
  std::string best;
};

}  // namespace orochi
