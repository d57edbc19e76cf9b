// evaluate on a model that was trained a few steps, and what it shares with predict.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "trained.hpp"

using namespace orochi;
using nlohmann::json;

TEST_CASE("evaluate") {
  const Trained trained;
  const Outcome text = orochi_program({"evaluate", trained.best});
  CHECK(text.code == 0);
  CHECK(has(text.out, "precision  recall"));
  CHECK(has(text.out, "no\\u{202e}\\u{009b}"));
  CHECK_FALSE(has(text.out, "\xE2\x80\xAE"));
  CHECK(has(text.err, "40 sequences"));  // notes are no results
  CHECK(has(text.out, "\n     95 %  ["));
  CHECK(has(text.out, "AUROC  PR-AUC"));
  CHECK_FALSE(has(text.out, "length  sequences"));
  CHECK(has(orochi_program({"evaluate", trained.best, "--errors"}).out, "length  sequences  accuracy\n"));
  CHECK_FALSE(has(text.out, "rows"));

  const Outcome one = orochi_program({"evaluate", trained.best, "--json", "--threads", "1"});
  const Outcome three = orochi_program({"evaluate", trained.best, "--json", "--threads", "3"});
  CHECK(one.out == three.out);
  const json figures = json::parse(one.out);
  CHECK(figures["count"] == 40);
  CHECK(figures["classes"].size() == 2);
  CHECK(figures["classes"][0]["label"] == spiteful);
  CHECK(figures["classes"][0]["support"] == 20);
  std::int64_t right = 0, all = 0;
  for (const json& cell : figures["confusions"]) {
    all += cell["count"].get<std::int64_t>();
    if (cell["label"] == cell["prediction"]) right += cell["count"].get<std::int64_t>();
  }
  CHECK(all == 40);
  CHECK(figures["accuracy"].get<double>() == static_cast<double>(right) / 40);
  CHECK(figures["intervals"]["accuracy"][0] <= figures["accuracy"]);
  CHECK(figures["intervals"]["accuracy"][1] >= figures["accuracy"]);
  CHECK(figures["majority"]["share"] == 0.5);
  CHECK(std::abs(figures["further"]["balanced_accuracy"].get<double>() - figures["accuracy"].get<double>()) <
        1e-12);  // 20 of each
  const Outcome other =
      orochi_program({"evaluate", trained.best, "--data", trained.place.path("train.tsv"), "--json"});
  CHECK(json::parse(other.out)["count"] == 80);
  const std::string trained_on = " was trained on: these figures are better";
  CHECK(has(other.err,
            trained.place.path("train.tsv") + " holds the records that " + trained.best + trained_on));
  CHECK_FALSE(has(text.err, trained_on));
  const std::string copy = trained.place.path("copy.tsv");
  std::filesystem::copy_file(trained.place.path("train.tsv"), copy);
  CHECK(has(orochi_program({"evaluate", trained.best, "--data", copy}).err, trained_on));
  CHECK(has(
      orochi_program({"compare", trained.place.path("run"), trained.place.path("run"), "--data", copy}).err,
      trained_on));
  std::ofstream(copy, std::ios::app) << "yes\tACACACACA\n";
  // Less than 80: a part of the file was for validation.
  const std::string some = " of 81 sequences in " + copy + " are also in the data that " + trained.best +
                           " was trained on: figures on them are better than those of new records\n";
  const std::string said = orochi_program({"evaluate", trained.best, "--data", copy}).err;
  CHECK_FALSE(has(said, trained_on));
  CHECK(has(said, some));
  CHECK_FALSE(has(said, "80" + some));
  std::filesystem::rename(trained.place.path("train.tsv"), trained.place.path("away.tsv"));
  CHECK_FALSE(has(orochi_program({"evaluate", trained.best, "--data", copy}).err, some));
  std::filesystem::rename(trained.place.path("away.tsv"), trained.place.path("train.tsv"));

  std::filesystem::remove(trained.place.path("test.tsv"));
  const Outcome gone = orochi_program({"evaluate", trained.best});
  CHECK(gone.code == 2);
  CHECK(has(gone.err, "--data FILE"));
  std::ofstream(trained.place.path("strange.tsv")) << "maybe\tACGT\n";
  const Outcome strange =
      orochi_program({"evaluate", trained.best, "--data", trained.place.path("strange.tsv")});
  CHECK(strange.code == 2);
  CHECK(has(strange.err, "strange.tsv:1: error: "));
  CHECK_FALSE(has(strange.err, "\xE2\x80\xAE"));  // the labels that are listed
}

TEST_CASE("labels that are likely wrong are listed with their places") {
  const Trained trained;
  const std::string data = trained.place.path("test.tsv");
  const Outcome listed = orochi_program({"evaluate", trained.best, "--json", "--suspects", "3"});
  const json suspects = json::parse(listed.out)["suspects"];
  CHECK(suspects["list"].size() == std::min<std::size_t>(3, suspects["count"].get<std::size_t>()));
  REQUIRE(suspects["count"] > 0);
  const std::string place = suspects["list"][0]["place"];
  REQUIRE(has(place, "test.tsv:"));
  std::ifstream file(data);
  std::string line;
  for (int n = std::stoi(place.substr(place.rfind(':') + 1)); n > 0; --n) std::getline(file, line);
  CHECK(line.starts_with(suspects["list"][0]["label"].get<std::string>() + "\t"));
  CHECK(suspects["list"][0]["other_probability"] > suspects["list"][0]["probability"]);
  const Outcome table = orochi_program({"evaluate", trained.best, "--suspects", "3"});
  CHECK(has(table.out, "suspected labels, "));
  CHECK(has(table.out, place + "  "));
}

TEST_CASE("labels that training never saw are told from the others by low probability") {
  const Trained trained;
  const std::string data = trained.place.path("test.tsv"), mixed = trained.place.path("mixed.tsv");
  std::ofstream(mixed) << std::ifstream(data).rdbuf() << "maybe\tCCCCC\nnever\tACGTA\n";
  CHECK(orochi_program({"evaluate", trained.best, "--data", mixed}).code == 2);
  const Outcome text = orochi_program({"evaluate", trained.best, "--data", mixed, "--unseen"});
  CHECK(has(text.out, "\n2 sequences of labels that training never saw (\"maybe\", \"never\"): "));
  const json found =
      json::parse(orochi_program({"evaluate", trained.best, "--data", mixed, "--unseen", "--json"}).out);
  const json plain = json::parse(orochi_program({"evaluate", trained.best, "--json"}).out);
  for (const char* key : {"count", "loss", "accuracy", "intervals", "confusions"})
    CHECK(found[key] == plain[key]);
  CHECK(found["unseen"]["count"] == 2);
  std::vector<double> confidence;
  for (const std::string& line : lines_of(orochi_program({"predict", trained.best, mixed, "--json"}).out)) {
    const json p = json::parse(line)["probabilities"];
    confidence.push_back(std::max(p["yes"].get<double>(), p[spiteful].get<double>()));
  }
  REQUIRE(confidence.size() == 42);
  double above = 0;  // pairs in which the label that was seen is surer
  for (std::size_t i = 0; i < 40; ++i)
    for (std::size_t j = 40; j < 42; ++j)
      above += confidence[i] > confidence[j] ? 1 : confidence[i] == confidence[j] ? 0.5 : 0;
  CHECK_THAT(found["unseen"]["auroc"].get<double>(), catch_matchers::WithinAbs(above / 80, 1e-12));
  CHECK(has(orochi_program({"evaluate", trained.best, "--unseen"}).out,
            "every label is one that training saw"));
  std::ofstream(mixed) << "maybe\tCCCCC\n";
  CHECK(has(orochi_program({"evaluate", trained.best, "--data", mixed, "--unseen"}).err,
            "no sequence has a label of the model"));
}

TEST_CASE("answers that are not sure enough are not given, and counted") {
  const Trained trained;
  const std::string data = trained.place.path("test.tsv");
  std::vector<double> confidence;
  for (const std::string& line : lines_of(orochi_program({"predict", trained.best, data, "--json"}).out)) {
    const json p = json::parse(line)["probabilities"];
    confidence.push_back(std::max(p["yes"].get<double>(), p[spiteful].get<double>()));
  }
  std::vector<double> sorted = confidence;
  std::sort(sorted.begin(), sorted.end());
  REQUIRE(sorted.size() == 40);
  REQUIRE(sorted[29] < sorted[30]);
  std::ostringstream least;
  least.precision(17);
  least << sorted[30];  // ten are as sure
  const Outcome table = orochi_program({"predict", trained.best, data, "--min-confidence", least.str()});
  const Outcome objects =
      orochi_program({"predict", trained.best, data, "--json", "--min-confidence", least.str()});
  CHECK(has(table.err, "kept 10 of 40 answers (25.0 %), those of probability 0."));
  const std::vector<std::string> rows = lines_of(table.out), lines = lines_of(objects.out);
  REQUIRE(rows.size() == 41);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(rows[i + 1].starts_with("-\t") == (confidence[i] < sorted[30]));
    CHECK(json::parse(lines[i])["label"].is_null() == (confidence[i] < sorted[30]));
  }
  const Outcome evaluated =
      orochi_program({"evaluate", trained.best, "--json", "--min-confidence", least.str()});
  CHECK(json::parse(evaluated.out)["min_confidence"]["count"] == 10);
  CHECK(json::parse(evaluated.out)["min_confidence"]["coverage"] == 0.25);
  CHECK(has(orochi_program({"evaluate", trained.best, "--min-confidence", "0"}).out,
            "0 or more       40    1.0000"));
  for (const char* wrong : {"1.5", "nan", "80%", "0.5x"})
    CHECK(has(orochi_program({"predict", trained.best, "--min-confidence", wrong}).err,
              "a probability from 0 to 1"));
}
