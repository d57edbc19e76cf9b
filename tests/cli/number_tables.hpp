// Tables of numbers, and what `init` makes of one.
#pragma once

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

namespace orochi::testing {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string contents_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A header and 40 records.
inline std::string table(const std::string& header, const std::string& even, const std::string& odd) {
  std::string text = header;
  for (int i = 0; i < 40; ++i) text += i % 2 == 0 ? even : odd;
  return text;
}

struct Made {
  Outcome init;
  std::string config;
};

inline Made made_from(const Workplace& place, const std::string& contents, std::vector<std::string> more = {},
                      const std::string& name = "t.csv") {
  if (!contents.empty()) std::ofstream(place.path(name)) << contents;
  std::filesystem::remove(place.path("made.toml"));
  more.insert(more.begin(), {"init", place.path(name), "--out", place.path("made.toml")});
  const Outcome outcome = orochi_program(more);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  return {outcome, contents_of(place.path("made.toml"))};
}

inline Outcome train(const Workplace& place) {
  std::filesystem::remove_all(place.path("made"));
  return orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=3"});
}

/// A header of so many columns, and waves, each beginning elsewhere, behind their label or before it.
inline std::string waves(int columns, bool has_header, bool label_first) {
  std::string text = has_header ? "t0" : "";
  for (int t = 1; t < columns && has_header; ++t) text += ",t" + std::to_string(t);
  if (has_header) text = (label_first ? "kind," : "") + text + (label_first ? "\n" : ",kind\n");
  for (int i = 0; i < 40; ++i) {
    std::string line;
    for (int t = 0; t < columns; ++t)
      line += (t > 0 ? "," : "") + std::to_string(std::sin((1 + i % 2) * 0.2 * t + i));
    const std::string label = i % 2 == 0 ? "slow" : "fast";
    text += label_first ? label + "," + line + "\n" : line + "," + label + "\n";
  }
  return text;
}

}  // namespace orochi::testing
