// What data and file names bring along does nothing: no control characters, escape sequences or marks of
// direction reach a terminal, no formula a table.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

// DEL, a C1 control (CSI), right-to-left override and isolate, a line separator, HTML and a formula.
const std::string mean_label =
    "=1+2\x7F\xC2\x9B"
    "31m\xE2\x80\xAE<b>\xE2\x81\xA6\xE2\x80\xA8,\"";
const std::string mean_file = "te\x1b[2Jst\xE2\x80\xAE.tsv";

bool is_inert(const std::string& text) {
  for (const char* active :
       {"\x1b", "\x7F", "\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\xA8", "\r"})
    if (text.find(active) != std::string::npos) return false;
  return true;
}

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("mean labels and names come out inert everywhere") {
  const Workplace place("inert", mean_label);
  place.write_data(mean_file, 20, 3, mean_label);
  const std::string run = place.path("ru\x1b[31mn\xE2\x80\xAE"), best = run + "/best.h5";
  const auto check = [&](const std::vector<std::string>& command, int code) {
    const Outcome outcome = orochi_program(command, "CCACCCCCC\n");
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == code);
    CHECK(is_inert(outcome.out));
    CHECK(is_inert(outcome.err));
    return outcome.out;
  };
  check({"train", place.path("small.toml"), "--run", run, "data.test=" + mean_file}, 0);
  check({"evaluate", best}, 0);
  check({"evaluate", best, "--data", place.path(mean_file)}, 0);
  check({"inspect", best}, 0);
  check({"evaluate", place.path("none\x1b[2J.h5")}, 2);
  check({"train", place.path("none\x1b[2J.toml")}, 2);
  check({"train", place.path("small.toml"), "data.train=\xE2\x80\xAE.tsv", "--run", place.path("other")}, 2);
  check({"tr\x1b[2Jain"}, 2);
  CHECK(check({"predict", best}, 0).find("\n=1+2") == std::string::npos);
  for (const char* verb : {"evaluate", "predict", "inspect"}) {
    const std::string json = check({verb, best, "--json"}, 0);
    for (const char c : json) CHECK((c == '\n' || (c >= 0x20 && c < 0x7F)));
    CHECK(nlohmann::json::parse(json).is_object());
  }
  CHECK(is_inert(bytes(run + "/metrics.csv")));
  CHECK(is_inert(bytes(run + "/metrics.jsonl")));
  CHECK(is_inert(bytes(run + "/config.toml")));
  CHECK(is_inert(bytes(run + "/environment.json")));
}
