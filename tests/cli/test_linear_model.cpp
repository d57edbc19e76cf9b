// What the verbs say of a model with a linear model beside its encoder.
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string said(const std::vector<std::string>& arguments, const std::string& input = {}) {
  const Outcome outcome = orochi_program(arguments, input);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A run with a linear model, and one without.
struct Trained {
  explicit Trained(const std::string& name) : place("linear-model-" + name) {
    said(
        {"train", place.path("small.toml"), "--run", with, "data.text_features=500", "train.epochs=1", "-q"});
    said({"train", place.path("small.toml"), "--run", without, "train.epochs=1", "-q"});
  }
  Workplace place;
  const std::string with = place.path("with"), without = place.path("without");
};

}  // namespace

TEST_CASE("evaluate, baseline and inspect say what answers") {
  const Trained trained("answers");
  const std::string line = "the model: encoder and linear model\n";
  CHECK(said({"evaluate", trained.with}).starts_with(line));
  CHECK_FALSE(has(said({"evaluate", trained.without}), "linear"));
  const std::string alone = said({"evaluate", trained.with, "--encoder-alone"});
  CHECK(alone ==
        "the encoder alone, without the model's linear model\n" + said({"evaluate", trained.without}));
  CHECK(json::parse(said({"evaluate", trained.with, "--encoder-alone", "--json"}))["encoder_alone"] == true);
  const Outcome refused = orochi_program({"evaluate", trained.without, "--encoder-alone"});
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "the model has no linear model ("));
  CHECK(has(said({"inspect", trained.with}),
            "\nbeside it   1,004 numbers, of a linear model beside the encoder"));
  CHECK_FALSE(has(said({"inspect", trained.without}), "beside it"));
  const std::string measured = said({"baseline", trained.with});
  CHECK(has(measured, "\n" + line));
  CHECK(has(measured.substr(measured.find(line)), "the model"));
  CHECK_FALSE(has(measured, "the encoder"));
  CHECK_FALSE(has(said({"baseline", trained.without}), line));
  said({"report", trained.with, "--no-ablation"});
  CHECK(has(read(trained.with + "/report.html"), "{\"title\":\"model\",\"settings\":\"\""));
  const std::string again = said({"train", "--resume", "--run", trained.with});
  CHECK(has(again, "\nlinear SVM: test accuracy 1.0000, the model "));
}

TEST_CASE("attend, explain and the report say what maps do not show") {
  const Trained trained("maps");
  const std::string line = "the maps show the encoder alone; answers add a linear model\n";
  CHECK(has(said({"attend", trained.with}, "ACATGCATA\n"), "\n" + line + "\n"));
  CHECK_FALSE(has(said({"attend", trained.without}, "ACATGCATA\n"), line));
  CHECK(said({"explain", trained.with}, "ACATGCATA\n").starts_with(line));
  CHECK_FALSE(has(said({"explain", trained.without}, "ACATGCATA\n"), line));
  for (const auto& [run, is_there] : {std::pair(trained.with, "true"), std::pair(trained.without, "false")}) {
    said({"report", run, "--no-ablation"});
    CHECK(has(read(run + "/report.html"), std::string("\"linear_model\":") + is_there));
  }
}

TEST_CASE("ablate measures what is lost without the linear model") {
  const Trained trained("ablate");
  CHECK(has(said({"ablate", trained.with}), "\nlinear  model  "));
  CHECK_FALSE(has(said({"ablate", trained.without}), "linear"));
  const json found = json::parse(said({"ablate", trained.with, "--json"}));
  const json lost = found["linear_model"];
  CHECK(lost["loss_rise"]["value"].get<double>() != 0);
  CHECK_THAT(lost["loss"].get<double>() - found["loss"].get<double>(),
             catch_matchers::WithinAbs(lost["loss_rise"]["value"].get<double>(), 1e-12));
  // the encoder is trained as if alone
  const json alone = json::parse(said({"evaluate", trained.without, "--json"}));
  CHECK(lost["accuracy"] == alone["accuracy"]);
  CHECK_THAT(lost["loss"].get<double>(), catch_matchers::WithinAbs(alone["loss"].get<double>(), 1e-12));
  CHECK_FALSE(json::parse(said({"ablate", trained.without, "--json"})).contains("linear_model"));
}
