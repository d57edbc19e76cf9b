// orochi report: the file itself. What a browser makes of it: tests/report.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

// Ends a script, starts an element, turns the direction of writing, and holds a C1 control.
constexpr const char* hostile = "</script><img src=x onerror=alert(1)>&amp;\xE2\x80\xAE\xC2\x9B";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

json content_of(const std::string& page) {
  const std::string open = "id=\"content\">";
  const std::size_t begin = page.find(open) + open.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

struct Trained {
  explicit Trained(const std::string& name) : place(name, hostile), run(place.path("run")) {
    const Outcome outcome = orochi_program({"train", place.path("small.toml"), "--run", run});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
  /// Writes the report; returns the page.
  std::string page(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"report", run});
    const Outcome outcome = orochi_program(options);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return read(run + "/report.html");
  }
  Workplace place;
  std::string run;
};

}  // namespace

TEST_CASE("a report is one small file that refers to nothing outside") {
  const Trained trained("report-file");
  const std::string page = trained.page();
  CHECK(page.size() < 3000000);
  const std::string linked = std::regex_replace(page, std::regex("http://www\\.w3\\.org/2000/svg"), "");
  CHECK_FALSE(has(linked, "http://"));
  CHECK_FALSE(has(linked, "https://"));
  CHECK_FALSE(has(linked, "@import"));
  for (const char* attribute : {"src=\"", "srcset=\"", "<link rel=\"stylesheet\""})
    CHECK_FALSE(has(linked, attribute));
  CHECK(has(page, "default-src 'none'"));
  CHECK_FALSE(has(page, "@content@"));
  CHECK_FALSE(std::regex_search(page, std::regex("@[a-z_]+\\.(css|js)@")));
  CHECK(trained.page({"--threads", "3"}) == page);  // the same bits on any number of threads
}

TEST_CASE("a report has the model in it, or says why not, or is asked to leave it out") {
  const Trained trained("report-try");
  const json parts = content_of(trained.page())["try"];
  const bool built_with =
      orochi_program({"doctor"}).out.find("built without Emscripten") == std::string::npos;
  CHECK(parts.contains("reason") == !built_with);
  CHECK(parts.contains("module") == built_with);
  if (built_with) {
    const json parameters = content_of(trained.page())["parameters"];
    CHECK(parts["parameters"].get<std::string>().size() > parameters.get<std::size_t>() * 4);  // packed
  } else {
    CHECK(has(parts["reason"], "install-packages --for browser"));
  }
  CHECK_FALSE(content_of(trained.page({"--try", "never"})).contains("try"));
  const Outcome outcome = orochi_program({"report", trained.run, "--try", "perhaps"});
  CHECK(outcome.code == 2);
  CHECK(has(outcome.err, "--try is \"perhaps\"; allowed: auto | always | never"));
}

TEST_CASE("a report says what evaluate and ablate say") {
  const Trained trained("report-figures");
  const json content = content_of(trained.page({"--sequences", "5"}));
  const std::string best = trained.run + "/best.h5";
  const json figures = json::parse(orochi_program({"evaluate", best, "--json"}).out);
  for (const char* key : {"count", "loss", "accuracy", "macro_f1", "weighted_f1", "mcc"})
    CHECK(content["metrics"][key] == figures[key]);
  std::int64_t total = 0, wrong = 0;
  CHECK(content["metrics"]["has_matrix"] == true);
  CHECK(content["metrics"]["confusions"].size() == figures["confusions"].size());
  for (const json& cell : content["metrics"]["confusions"]) {
    const auto name = [&](std::size_t i) { return figures["classes"][cell[i].get<std::size_t>()]["label"]; };
    const json same{{"label", name(0)}, {"prediction", name(1)}, {"count", cell[2]}};
    CHECK(std::find(figures["confusions"].begin(), figures["confusions"].end(), same) !=
          figures["confusions"].end());
    total += cell[2].get<std::int64_t>();
    if (cell[0] != cell[1]) wrong += cell[2].get<std::int64_t>();
  }
  CHECK(content["metrics"]["wrong"] == wrong);
  CHECK(total == 40);
  const json& probabilities = content["probabilities"];
  for (const char* curve : {"risk", "roc", "precision"}) CHECK(probabilities[curve].size() == 101);
  CHECK(probabilities["risk"][100].get<double>() == 2.5 * static_cast<double>(wrong));  // of 40, in percent
  CHECK(probabilities["confidence"].size() == probabilities["accuracy"].size());
  const json ablation = json::parse(orochi_program({"ablate", best, "--json"}).out);
  CHECK(content["ablation"]["heads"] == ablation["heads"]);
  CHECK(content["curves"].size() == 2);
  CHECK(has(content["config"].get<std::string>(), "num_heads = 2"));
  CHECK(content["part"] == "test");
  CHECK(content["parameters"] ==
        json::parse(orochi_program({"inspect", best, "--json"}).out)["parameter_count"]);
  REQUIRE(content["sequences"].size() == 5);
  double last = 1e9;
  for (const json& error : content["errors"]) {
    CHECK(error["label"] != error["prediction"]);
    CHECK(error["loss"] <= last);
    last = error["loss"].get<double>();
  }
}

TEST_CASE("a report shows both texts of a pair, each with its own sequence") {
  const Workplace place("report-pairs");
  std::ofstream pairs(place.path("pairs.csv"));
  pairs << "a,b,label\n";
  for (int i = 0; i < 20; ++i) pairs << "first" << i << ",second" << i << (i % 2 == 0 ? ",yes\n" : ",no\n");
  pairs.close();
  const std::string run = place.path("run");
  const Outcome trained = orochi_program(
      {"train", place.path("small.toml"), "--run", run, "data.train=pairs.csv", "data.test=pairs.csv",
       "data.format={type=\"csv\",text_columns=[\"a\",\"b\"]}", "data.tokenizer=word"});
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  REQUIRE(orochi_program({"report", run, "--sequences", "20"}).code == 0);
  const json content = content_of(read(run + "/report.html"));
  std::size_t checked = 0;
  for (const char* list : {"sequences", "errors"})
    for (const json& sequence : content[list]) {
      const std::string text = sequence["text"].get<std::string>(),
                        number = text.substr(text.find("first") + 5);
      const std::string own = number.substr(0, number.find_first_not_of("0123456789"));
      CHECK(text.find("second" + own) != std::string::npos);
      CHECK(sequence["label"] == (std::stoi(own) % 2 == 0 ? "yes" : "no"));
      ++checked;
    }
  CHECK(checked >= 20);
}

TEST_CASE("a report of very many classes shows the worst of them") {
  const Workplace place("report-classes");
  std::ofstream data(place.path("train.tsv"));
  for (int k = 0; k < 3000; ++k) data << "label" << k << "\tACGT\nlabel" << k << "\tGGCA\n";
  data.close();
  std::filesystem::copy_file(place.path("train.tsv"), place.path("test.tsv"),
                             std::filesystem::copy_options::overwrite_existing);
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", place.path("run"), "train.epochs=1",
                          "train.batch_size=1000"})
              .code == 0);
  REQUIRE(orochi_program({"report", place.path("run"), "--no-ablation"}).code == 0);
  const std::string page = read(place.path("run/report.html"));
  CHECK(page.size() < 1'000'000);
  const json content = content_of(page), metrics = content["metrics"];
  CHECK(content["labels"].size() == 3000);
  CHECK(metrics["classes"].size() == 100);
  CHECK(metrics["has_matrix"] == false);
  CHECK(metrics["confusions"].size() == 20);  // errors alone, the fullest first
  for (const json& cell : metrics["confusions"]) CHECK(cell[0] != cell[1]);
  const double right = metrics["accuracy"].get<double>() * 6000;
  CHECK_THAT(metrics["wrong"].get<double>(), catch_matchers::WithinAbs(6000 - right, 1e-6));
  for (const json& error : content["errors"]) {
    CHECK(error["probabilities"].size() <= 6);
    double p = 0;
    for (const json& pair : error["probabilities"])
      if (pair[0] == error["label"]) p = pair[1].get<double>();
    CHECK_THAT(p, catch_matchers::WithinAbs(std::exp(-error["loss"].get<double>()), 2e-6));
  }
}

TEST_CASE("a report takes numbers alone from the metrics") {
  const Trained trained("report-metrics");
  std::ofstream(trained.run + "/metrics.jsonl", std::ios::app)
      << "{\"epoch\": 3, \"note\": \"<b>\", \"deep\": " << std::string(200000, '[')
      << std::string(200000, ']') << "}\n";
  const json curves = content_of(trained.page())["curves"];
  REQUIRE(curves.size() == 3);
  CHECK(curves[2] == json::parse(R"({"epoch": 3})"));
}

TEST_CASE("a report holds every head's map, whole") {
  const Trained trained("report-maps");
  const json content = content_of(trained.page());
  std::size_t wrong = 0;
  for (const json& sequence : content["sequences"]) {
    wrong += sequence["label"] != sequence["prediction"];
    CHECK(sequence["rows"].size() == 9);
    CHECK(sequence["length"] == 9);
    REQUIRE(sequence["layers"].size() == 1);
    REQUIRE(sequence["layers"][0].size() == 2);
    for (const json& head : sequence["layers"][0]) {
      CHECK(head["largest"] > 1.0 / 9 - 1e-6);              // a row sums to 1
      CHECK(head["map"].get<std::string>().size() == 108);  // 81 bytes
    }
  }
  CHECK(wrong <= 3);
  CHECK(content["sequences"].size() == 6);
  const json without = content_of(trained.page({"--no-ablation", "--sequences", "1"}));
  CHECK(without["ablation"].is_null());
  CHECK(without["sequences"].size() == 1);
}

TEST_CASE("hostile labels and texts are inert") {
  const Trained trained("report-hostile");
  std::ofstream(trained.place.path("hostile.tsv")) << hostile << "\tAC<b>\xE2\x80\xAEGT</script>\n"
                                                   << "yes\t<!--<script>A\nyes\t\x1b[31mACGTAC\n";
  const std::string page = trained.page({"--data", trained.place.path("hostile.tsv")});
  const std::size_t begin = page.find("id=\"content\">") + 13;
  const std::string data = page.substr(begin, page.find("</script>", begin) - begin);
  CHECK_FALSE(has(data, "<"));
  CHECK(std::all_of(page.begin(), page.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  const json content = json::parse(data);
  CHECK(content["labels"][0] == "</script><img src=x onerror=alert(1)>&am ...");  // cut
  std::string texts;
  for (const json& sequence : content["sequences"]) texts += sequence["text"].get<std::string>() + "\n";
  CHECK(has(texts, "AC<b>\\u{202e}GT</script>"));
  CHECK(has(texts, "\\x1b[31m"));
}

TEST_CASE("a report says that its data are what the model was trained on") {
  const Trained trained("report-trained-on");
  const auto note = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words{"report", trained.run, "--no-ablation"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = orochi_program(words);
    REQUIRE(outcome.code == 0);
    const std::string in_page = content_of(read(trained.run + "/report.html"))["trained_on"];
    CHECK(has(outcome.err, in_page));
    return in_page;
  };
  CHECK(has(note({"--data", trained.place.path("train.tsv")}), "train.tsv holds the records that "));
  CHECK(note({}).empty());
}

TEST_CASE("without test data a report shows the validation data of the training") {
  const Trained trained("report-validation");
  const std::string run = trained.place.path("untested");
  REQUIRE(orochi_program({"train", trained.place.path("small.toml"), "data.test=", "--run", run}).code == 0);
  const Outcome outcome = orochi_program({"report", run});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const json content = content_of(read(run + "/report.html"));
  CHECK(content["part"] == "validation");
  CHECK(content["metrics"]["count"] == 16);  // a fifth of 80
  json best;
  for (const json& line : content["curves"])
    if (line["step"] == content["step"]) best = line;
  CHECK(content["metrics"]["accuracy"] == best["validation_accuracy"]);
  CHECK_THAT(content["metrics"]["loss"].get<double>(),
             catch_matchers::WithinAbs(best["validation_loss"].get<double>(), 1e-12));

  // Of another file, or split by another rule, some of it may have been trained on.
  const std::string data = read(trained.place.path("train.tsv"));
  std::ofstream(trained.place.path("train.tsv")) << data << data.substr(0, data.find('\n') + 1);
  const Outcome changed = orochi_program({"report", run});
  CHECK(changed.code == 2);
  CHECK(has(changed.err, "holds other sequences than the model was validated on"));
}

TEST_CASE("what cannot be reported is said, and nothing is written") {
  const Trained trained("report-refused");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"report", trained.place.path("nowhere")}, "no such run or checkpoint"},
      {{"report", trained.run + "/best.h5"}, "the run folder it is in: " + trained.run},
      {{"report", trained.place.root.string()}, "no best.h5"},
      {{"report", trained.run, "--out", trained.place.path("none/x.html")}, "there is no folder"},
      {{"report", trained.run, "--data", trained.place.path("none.tsv")}, "none.tsv"},
      {{"report", trained.run, "--sequences", "0"}, "from 1 to 60"}};
  for (const auto& [arguments, part] : cases) {
    const Outcome outcome = orochi_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(has(outcome.err, part));
  }
  CHECK_FALSE(std::filesystem::exists(trained.run + "/report.html"));
}
