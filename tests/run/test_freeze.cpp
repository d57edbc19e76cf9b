// Runs with train.freeze and rates of their own: resumed, refused, told.
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

const std::vector<std::string> fine_tuning{"train.freeze=[\"embedding\", \"encoder.0.attention.query\"]",
                                           "train.layer_decay=0.7", "train.head_learning_rate=0.03",
                                           "train.warmup_ratio=0.25"};

TrainRequest request_of(const Workplace& place, const std::string& run) {
  TrainRequest request = place.request(run);
  request.overrides = fine_tuning;
  return request;
}

Ending ending(const TrainRequest& request) {
  Silent silent;
  return ending_of(request, silent, builtin());
}

Ending ending_of_config(const Workplace& place, const std::string& more) {
  std::ofstream(place.root / "small.toml", std::ios::app) << more;
  return ending(place.request("run"));
}

}  // namespace

TEST_CASE("a run with frozen parts and rates of its own resumes in the same bits") {
  const Workplace place("freeze-resume");
  REQUIRE(ending(request_of(place, "whole")).code == 0);
  for (const Index stop : {1, 6, 15}) {
    TrainRequest request = request_of(place, "part");
    fs::remove_all(place.root / "part");
    request.max_steps = stop;
    request.threads = 1;
    REQUIRE(ending(request).code == 0);
    request = place.request("part");
    request.config_path.clear();
    request.resume = true;
    REQUIRE(ending(request).code == 0);
    CHECK(place.bytes("part/last.h5") == place.bytes("whole/last.h5"));
    CHECK(place.bytes("part/best.h5") == place.bytes("whole/best.h5"));
  }
}

TEST_CASE("a resumed run keeps what it freezes and its rates") {
  const Workplace place("freeze-changed");
  TrainRequest request = request_of(place, "run");
  request.max_steps = 3;
  REQUIRE(ending(request).code == 0);
  request.config_path.clear();
  request.resume = true;
  for (const auto& [override, key] : {std::pair{"train.freeze=[\"embedding\"]", "train.freeze: "},
                                      {"train.layer_decay=0.8", "train.layer_decay: 0.7 -> 0.8"},
                                      {"train.head_learning_rate=0", "train.head_learning_rate: 0.03 -> 0"},
                                      {"train.warmup_ratio=0", "train.warmup_ratio: 0.25 -> 0"}}) {
    request.overrides = {override};
    const Ending refused = ending(request);
    CHECK(refused.code == 2);
    CHECK_THAT(refused.message, Contains("was trained with another configuration") && Contains(key));
  }
}

TEST_CASE("a run says how much of the model it trains") {
  const Workplace place("freeze-note");
  TrainRequest request = place.request("some");
  request.overrides = {"train.freeze=encoder", "train.epochs=1"};
  Silent silent;
  REQUIRE(ending_of(request, silent, builtin()).code == 0);
  const Model model = Model::load((place.root / "some/last.h5").string());
  Index frozen = 0;
  for (const ParameterView& view : model.classifier->parameters().views())
    if (view.name.starts_with("encoder.")) frozen += view.size;
  const Index all = model.classifier->parameters().count();
  CHECK(frozen == 3280);
  CHECK_THAT(silent.notes, Contains(std::to_string(all - frozen) + " of 3,5"));
  Silent other;
  REQUIRE(ending_of(place.request("all"), other, builtin()).code == 0);
  CHECK_THAT(other.notes, !Contains("parameters are trained"));
}

TEST_CASE("a name that no parameter has is refused where it is given, before anything is written") {
  const Workplace place("freeze-unknown");
  TrainRequest request = place.request("run");
  request.overrides = {"train.freeze=[\"encoder.3\"]"};
  Ending refused = ending(request);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.message,
             Contains("command line: error: train.freeze has \"encoder.3\"") && Contains("\"encoder.0\""));
  refused = ending_of_config(place, "freeze = [\"embeding\"]\n");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.message,
             Contains("small.toml:17:10: error: train.freeze has \"embeding\"") && Contains("\"embedding\""));
  CHECK_FALSE(fs::exists(place.root / "run"));
}

TEST_CASE("a run that would train nothing is refused") {
  const Workplace place("freeze-all");
  const Ending refused =
      ending_of_config(place, "freeze = [\"embedding\", \"positions\", \"encoder\", \"norm\", \"head\"]\n");
  CHECK(refused.code == 2);
  CHECK_THAT(refused.message,
             Contains("small.toml:17:10: error: train.freeze names all parameters of the model"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}
