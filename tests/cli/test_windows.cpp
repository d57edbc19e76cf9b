// The verbs on a model that was trained in windows.
#include <cctype>
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string out_of(const std::vector<std::string>& arguments, const std::string& input = "") {
  const Outcome outcome = orochi_program(arguments, input);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

struct Trained {
  explicit Trained(const std::string& name)
      : place("windows-" + name), best(place.path("run/best.h5")), data(place.path("test.tsv")) {
    out_of({"train", place.path("small.toml"), "--run", place.path("run"), "data.max_length=4",
            "data.long=windows"});
  }
  Workplace place;
  std::string best, data;
};

/// The texts of the test file, a line each.
std::string texts_of(const std::string& path) {
  std::ifstream file(path);
  std::string texts;
  for (std::string line; std::getline(file, line);) texts += line.substr(line.find('\t') + 1) + "\n";
  return texts;
}

}  // namespace

TEST_CASE("predict answers a record once, the same from a file and from lines, as evaluate counts") {
  const Trained trained("predict");
  const Outcome lines = orochi_program({"predict", trained.best, "--json"}, texts_of(trained.data));
  CHECK(has(lines.err,
            "40 of 40 sequences longer than max_length 4 and read as windows, whose outputs are averaged"));
  CHECK(lines.out == out_of({"predict", trained.best, trained.data, "--json"}));
  std::istringstream answers(lines.out);
  std::ifstream file(trained.data);
  int count = 0, right = 0;
  for (std::string line, answer; std::getline(answers, answer) && std::getline(file, line); ++count)
    right += json::parse(answer)["label"] == line.substr(0, line.find('\t'));
  CHECK(count == 40);
  const json figures = json::parse(out_of({"evaluate", trained.best, "--json"}));
  CHECK(figures["count"] == 40);
  CHECK(figures["accuracy"] == right / 40.0);
}

TEST_CASE("attend and explain show one window and say which") {
  const Trained trained("attend");
  const auto explained = [&](const std::string& window) {
    const Outcome outcome =
        orochi_program({"explain", trained.best, "--json", "--window", window}, "ACGTTGCAC\n");
    CHECK(has(outcome.err, "window " + window + " of 3"));
    return json::parse(outcome.out)["tokens"];
  };
  CHECK(explained("1") == json{"a", "c", "g"});
  CHECK(explained("2") == json{"t", "t", "g"});
  CHECK(explained("3") == json{"c", "a", "c"});
  const Outcome shown = orochi_program({"attend", trained.best, "--data", trained.data, "--index", "3"});
  CHECK(has(shown.err, "window 1 of 3"));
  CHECK(has(shown.out, "labelled yes"));
  const Outcome refused = orochi_program({"attend", trained.best, "--window", "4"}, "ACGTTGCAC\n");
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "--window 4: the sequence has 3 windows, counted from 1"));
  CHECK(orochi_program({"attend", trained.best, "--window", "2"}, "ACG\n").code == 2);
}

TEST_CASE("check-data counts records, not windows") {
  const Workplace place("windows-check");
  const std::string found = out_of({"check-data", place.path("test.tsv"), "data.tokenizer=char",
                                    "data.max_length=4", "data.long=windows"});
  CHECK(has(found, "sequences   40\n"));
  CHECK(has(found, "labels      2 labels: no 20, yes 20\n"));
  CHECK(has(found, "lengths     9 to 9 rows"));
}

TEST_CASE("ablate and report measure records") {
  const Trained trained("report");
  const json figures = json::parse(out_of({"evaluate", trained.best, "--json"}));
  const json ablation = json::parse(out_of({"ablate", trained.best, "--json"}));
  CHECK(ablation["sequences"] == 40);
  CHECK(ablation["loss"] == figures["loss"]);
  out_of({"report", trained.place.path("run")});
  std::ifstream file(trained.place.path("run/report.html"));
  std::ostringstream page;
  page << file.rdbuf();
  const std::string text = page.str(), open = "id=\"content\">";
  const std::size_t begin = text.find(open) + open.size();
  const json content = json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  CHECK(content["metrics"]["loss"] == figures["loss"]);
  CHECK(content["ablation"]["heads"] == ablation["heads"]);
  const json& sequence = content["sequences"].front();
  CHECK(sequence["windows"] == 3);
  CHECK(sequence["length"] == 3);
  std::string rows;  // as tokens, in lower case
  for (const json& row : sequence["rows"]) rows += static_cast<char>(std::toupper(row.get<std::string>()[0]));
  CHECK(sequence["text"].get<std::string>().starts_with(rows));
  CHECK(sequence["text"].get<std::string>().size() == 9);
}
