// The functions of <orochi.h> over <orochi/model.hpp>.
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <orochi.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>
#include <orochi/scalar.hpp>
#include <orochi/threads.hpp>

/// An answer with what C asks of it as text.
struct Answer {
  orochi::Prediction prediction;
  std::string text;
};
struct orochi_model {
  orochi::Model model;
  std::vector<std::string> score_names;
};
struct orochi_predictions {
  std::vector<Answer> answers;
};

namespace orochi {
namespace {

/// The one thing that outlives a call, each thread's own.
std::string& last_error() {
  thread_local std::string text;
  return text;
}

/// What `work` returns; null where it throws, and then last_error says why.
template <class Work>
auto guarded(Work work) noexcept -> decltype(work()) {
  try {
    try {
      return work();
    } catch (const std::bad_alloc&) {
      last_error() = "out of memory; ask about fewer sequences at a time, or on fewer threads";
    } catch (const std::exception& error) {
      last_error() = error.what();
    } catch (...) {
      last_error() = "an error of an unknown type";
    }
  } catch (...) {  // no memory for the message either
    last_error().clear();
  }
  return nullptr;
}

template <class Pointer>
void require(Pointer pointer, const char* function, const char* name) {
  if (pointer == nullptr)
    throw usage_error(fmt::format("{}: {} is NULL; expected one that is there", function, name));
}

orochi_predictions* answer(const orochi_model& model, const Sequences& data, int threads) {
  if (threads < 0) throw usage_error(fmt::format("threads is {}; expected 1 or more, or 0: all", threads));
  auto result = std::make_unique<orochi_predictions>();
  const std::string separator = model.model.task->level() == Level::row ? " " : ",";
  for (Prediction& prediction : predict(model.model, data, threads == 0 ? available_threads() : threads)) {
    std::string text = prediction.text(separator);
    result->answers.push_back({std::move(prediction), std::move(text)});
  }
  return result.release();
}

/// Channels as data files have them.
std::size_t file_channels(const Model& model) {
  const bool has_indicator = model.preprocessing.channels > 0 && model.config.data.missing_indicator;
  return static_cast<std::size_t>(model.preprocessing.channels - (has_indicator ? 1 : 0));
}

const Answer* find(const orochi_predictions* predictions, std::size_t i, const char* function) {
  return guarded([&]() -> const Answer* {
    require(predictions, function, "predictions");
    if (i >= predictions->answers.size())
      throw usage_error(
          fmt::format("{}: answer {} of {}, counted from 0", function, i, predictions->answers.size()));
    return &predictions->answers[i];
  });
}

const double* numbers(const std::vector<double>* values, std::size_t* count) {
  if (count != nullptr) *count = values == nullptr ? 0 : values->size();
  return values == nullptr ? nullptr : values->data();
}

}  // namespace
}  // namespace orochi

int orochi_api_version(void) { return OROCHI_API_VERSION; }
const char* orochi_version(void) { return orochi::version; }
const char* orochi_last_error(void) { return orochi::last_error().c_str(); }

orochi_model* orochi_load(const char* path) {
  return orochi::guarded([&] {
    orochi::require(path, "orochi_load", "path");
    auto result = std::make_unique<orochi_model>();
    result->model = orochi::Model::load(path);
    result->score_names = result->model.task->score_names();
    return result.release();
  });
}

void orochi_free(orochi_model* model) { delete model; }

size_t orochi_num_texts(const orochi_model* model) {
  if (model == nullptr || model->model.preprocessing.channels > 0) return 0;
  return static_cast<size_t>(model->model.preprocessing.texts);
}

size_t orochi_num_channels(const orochi_model* model) {
  return model == nullptr ? 0 : orochi::file_channels(model->model);
}

size_t orochi_num_scores(const orochi_model* model) {
  return model == nullptr ? 0 : model->score_names.size();
}

const char* orochi_score_name(const orochi_model* model, size_t score) {
  return orochi::guarded([&]() -> const char* {
    orochi::require(model, "orochi_score_name", "model");
    if (score >= model->score_names.size())
      throw orochi::usage_error(
          fmt::format("orochi_score_name: score {} of {}, counted from 0", score, model->score_names.size()));
    return model->score_names[score].c_str();
  });
}

orochi_predictions* orochi_predict_texts(const orochi_model* model, const char* const* texts, size_t n,
                                         int threads) {
  return orochi::guarded([&] {
    orochi::require(model, "orochi_predict_texts", "model");
    if (n > 0) orochi::require(texts, "orochi_predict_texts", "texts");
    std::vector<std::string> lines;
    for (size_t i = 0; i < n; ++i) {
      orochi::require(texts[i], "orochi_predict_texts", fmt::format("texts[{}]", i).c_str());
      lines.emplace_back(texts[i]);
    }
    return orochi::answer(*model, orochi::encode(model->model, lines), threads);
  });
}

orochi_predictions* orochi_predict_rows(const orochi_model* model, const float* values, const size_t* lengths,
                                        size_t n, int threads) {
  return orochi::guarded([&] {
    orochi::require(model, "orochi_predict_rows", "model");
    if (n > 0) orochi::require(values, "orochi_predict_rows", "values");
    if (n > 0) orochi::require(lengths, "orochi_predict_rows", "lengths");
    const size_t channels = orochi::file_channels(model->model);
    std::vector<std::span<const float>> sequences;  // [n] of [T, channels]
    for (size_t i = 0; i < n; ++i) {
      sequences.emplace_back(values, lengths[i] * channels);
      values += lengths[i] * channels;
    }
    return orochi::answer(*model, orochi::encode(model->model, sequences), threads);
  });
}

void orochi_predictions_free(orochi_predictions* predictions) { delete predictions; }

const char* orochi_prediction_text(const orochi_predictions* predictions, size_t i) {
  const Answer* answer = orochi::find(predictions, i, "orochi_prediction_text");
  return answer == nullptr ? nullptr : answer->text.c_str();
}

const double* orochi_prediction_scores(const orochi_predictions* predictions, size_t i, size_t* count) {
  const Answer* answer = orochi::find(predictions, i, "orochi_prediction_scores");
  return orochi::numbers(answer == nullptr ? nullptr : &answer->prediction.scores, count);
}

const double* orochi_prediction_values(const orochi_predictions* predictions, size_t i, size_t* count) {
  const Answer* answer = orochi::find(predictions, i, "orochi_prediction_values");
  return orochi::numbers(answer == nullptr ? nullptr : &answer->prediction.values, count);
}
