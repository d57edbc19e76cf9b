// A run in windows from files to answers: bits after a resume, and that whoever asks gets the same.
#include <cmath>

#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/train.hpp>

#include "catch.hpp"
#include "data/inputs.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;
using catch_matchers::WithinAbs;

namespace {

/// Texts of 9 letters as three windows.
TrainRequest window_request(const Workplace& place, const std::string& run) {
  TrainRequest request = place.request(run);
  request.overrides = {"data.max_length=4", "data.long=windows", "train.batch_size=30"};
  return request;
}

/// The texts of a TSV file.
std::vector<std::string> texts_of(const fs::path& path) {
  std::vector<std::string> texts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) texts.push_back(line.substr(line.find('\t') + 1));
  return texts;
}

}  // namespace

TEST_CASE("a run in windows is the same after a resume and on any number of threads") {
  const Workplace place("windows");
  Silent observer;
  train(window_request(place, "whole"), builtin(), observer);
  CHECK_THAT(observer.notes, Contains("128 of 128 train sequences were longer than max_length = 4 and became "
                                      "384 windows (longest: 9)"));
  TrainRequest part = window_request(place, "parts");
  part.max_steps = 3;  // an epoch has 384 / 60, rounded up
  train(part, builtin(), observer);
  part.max_steps = 0;
  part.resume = true;
  const TrainResult result = train(part, builtin(), observer);
  CHECK(result.steps == 28);
  CHECK(result.test.sequences == 60);
  CHECK(place.bytes("parts/last.h5") == place.bytes("whole/last.h5"));
  TrainRequest threads = window_request(place, "threads");
  threads.threads = 4;
  train(threads, builtin(), observer);
  CHECK(place.bytes("threads/last.h5") == place.bytes("whole/last.h5"));
  part.overrides.back() = "data.long=cut";
  CHECK_THAT(ending_of(part, observer, builtin()).message, Contains("data.long"));
}

TEST_CASE("evaluation, a file's answers and a line's answers agree") {
  const Workplace place("windows-answers");
  Silent observer;
  const TrainResult result = train(window_request(place, "run"), builtin(), observer);
  const Model model = Model::load((place.root / "run/best.h5").string(), builtin());
  const std::string path = (place.root / "test.tsv").string();
  std::vector<std::string> notes;
  const LoadedFile file =
      load_file(model.config.data, builtin_readers(), model.preprocessing, *model.task, path, notes);
  Inference inference(model, 2);
  const Evaluation evaluation = evaluate(inference, *model.task, file.sequences);
  CHECK(evaluation.metrics.loss == result.test.loss);
  CHECK(evaluation.metrics.figures.values == result.test.figures.values);
  const std::vector<std::string> texts = texts_of(path);
  const std::vector<Prediction> of_file = model.predict(
      load_inputs(model.config.data, builtin_readers(), model.preprocessing, path, false, false, notes)
          .sequences);
  const std::vector<Prediction> of_lines = model.predict(texts);
  REQUIRE(of_file.size() == 60);
  REQUIRE(of_lines.size() == 60);
  for (std::size_t b = 0; b < 60; ++b) {
    const double target = file.sequences.targets[b];
    CHECK(of_file[b].scores == of_lines[b].scores);
    CHECK(of_file[b].labels == model.predict(texts[b]).labels);
    CHECK_THAT(-std::log(of_lines[b].scores[static_cast<std::size_t>(target)]),
               WithinAbs(evaluation.losses[b], 1e-5));
  }
}

TEST_CASE("a step that is not finite names the records of its windows") {
  const Workplace place("windows-fault");
  std::ofstream file(place.root / "n.ts");
  file << "@data\n";
  for (int i = 0; i < 20; ++i) file << (i == 6 ? "1,1,1,1,1e38" : "1,2,3,4,5") << ":" << i % 2 << "\n";
  file.close();
  TrainRequest request = place.request("run");
  request.overrides = {"data.format=ts",
                       "data.train=n.ts",
                       "data.test=",
                       "data.normalize=false",
                       "data.max_length=2",
                       "data.long=windows",
                       "data.validation_fraction=0",
                       "model.norm_first=false"};
  Silent observer;
  const Ending ending = ending_of(request, observer, builtin());
  CHECK(ending.code == 3);
  CHECK_THAT(ending.message + observer.notes, Contains("n.ts:8;"));
}
