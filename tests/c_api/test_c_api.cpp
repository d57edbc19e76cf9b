// What examples/c_api does not show: rows of numbers, and everything that can be wrong.
#include <limits>

#include <orochi.h>

#include <orochi/model.hpp>
#include <orochi/scalar.hpp>

#include "catch.hpp"
#include "data/temp_folder.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// Of numeric rows, 2 channels, 3 labels; answers are NULL where they are refused.
Model make_model() {
  Config config = small_config();
  config.data.format = {"ts", {}};
  Preprocessing preprocessing;
  preprocessing.channels = 2;
  preprocessing.mean = {0, 0.5f};
  preprocessing.deviation = {1, 2};
  Model model(config, preprocessing, class_task(3));
  model.classifier->parameters().initialize(3);
  return model;
}

/// Asks, expects NULL, and gives the reason.
template <class Answer>
std::string refusal(Answer* answer) {
  CHECK(answer == nullptr);
  return orochi_last_error();
}

}  // namespace

TEST_CASE("C has the answers of C++, and a reason for what has none") {
  const testing::TempFolder folder;
  const Model expected = make_model();
  expected.save(folder.file("model.h5"));
  orochi_model* model = orochi_load(folder.file("model.h5").c_str());
  REQUIRE(model != nullptr);
  CHECK(orochi_api_version() == OROCHI_API_VERSION);
  CHECK(std::string(orochi_version()) == version);
  CHECK(orochi_num_texts(model) == 0);
  CHECK(orochi_num_channels(model) == 2);
  REQUIRE(orochi_num_scores(model) == 3);
  CHECK(orochi_score_name(model, 2) == expected.task->score_names()[2]);

  const std::vector<float> values{1, 2, 3, 4, 5, 6};  // two rows, then one
  const std::vector<std::size_t> lengths{2, 1};
  orochi_predictions* found = orochi_predict_rows(model, values.data(), lengths.data(), 2, 2);
  REQUIRE(found != nullptr);
  for (std::size_t i = 0; i < 2; ++i) {
    const Prediction answer = expected.predict(std::span(values).subspan(i * 4, 2 * lengths[i]));
    std::size_t count = 0;
    const double* scores = orochi_prediction_scores(found, i, &count);
    CHECK(std::vector<double>(scores, scores + count) == answer.scores);
    CHECK(orochi_prediction_text(found, i) == answer.text());
    CHECK(orochi_prediction_values(found, i, &count) == nullptr);
    CHECK(count == 0);
  }
  CHECK_THAT(refusal(orochi_prediction_text(found, 2)), Contains("answer 2 of 2, counted from 0"));
  CHECK_THAT(refusal(orochi_prediction_scores(nullptr, 0, nullptr)), Contains("predictions is NULL"));
  orochi_predictions_free(found);

  const char* lines[] = {"1,3:2,4", "1,3", nullptr};
  found = orochi_predict_texts(model, lines, 1, 0);
  REQUIRE(found != nullptr);
  CHECK(orochi_prediction_text(found, 0) == expected.predict(std::span(values).first(4)).text());
  orochi_predictions_free(found);
  CHECK_THAT(refusal(orochi_predict_texts(model, lines, 2, 1)),
             Contains("sequence 1, counted from 0: 1 dim"));
  CHECK_THAT(refusal(orochi_predict_texts(model, lines, 3, 1)), Contains("texts[2] is NULL"));
  CHECK_THAT(refusal(orochi_predict_texts(model, nullptr, 1, 1)), Contains("texts is NULL"));
  CHECK_THAT(refusal(orochi_predict_texts(nullptr, lines, 1, 1)), Contains("model is NULL"));
  CHECK_THAT(refusal(orochi_predict_texts(model, lines, 1, -1)), Contains("threads is -1"));
  CHECK_THAT(refusal(orochi_predict_rows(model, nullptr, lengths.data(), 2, 1)), Contains("values is NULL"));
  CHECK_THAT(refusal(orochi_predict_rows(model, values.data(), nullptr, 2, 1)), Contains("lengths is NULL"));
  const float endless = std::numeric_limits<float>::infinity();
  const float wrong[] = {endless, 0};
  CHECK_THAT(refusal(orochi_predict_rows(model, wrong, lengths.data() + 1, 1, 1)), Contains("not a finite"));
  CHECK_THAT(refusal(orochi_score_name(model, 3)), Contains("score 3 of 3"));
  orochi_free(model);
}

TEST_CASE("C is told why there is no model") {
  const testing::TempFolder folder;
  CHECK_THAT(refusal(orochi_load(nullptr)), Contains("path is NULL"));
  CHECK_THAT(refusal(orochi_load(folder.file("nowhere.h5").c_str())), Contains("nowhere.h5"));
  CHECK(orochi_num_scores(nullptr) + orochi_num_texts(nullptr) + orochi_num_channels(nullptr) == 0);
  CHECK_THAT(refusal(orochi_score_name(nullptr, 0)), Contains("model is NULL"));
  orochi_free(nullptr);
  orochi_predictions_free(nullptr);
}
