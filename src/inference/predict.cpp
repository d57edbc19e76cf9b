#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>

#include "core/as_size.hpp"
#include "data/input_encoder.hpp"
#include "data/windows.hpp"
#include "inference/model_file.hpp"

namespace orochi {

namespace {

InputEncoder encoder_of(const Model& model) {
  return {model.config.data, model.preprocessing, model.task->level()};
}

void append_rows(const InputEncoder& encoder, std::span<const float> rows, Sequences& data) {
  const Column<float> values = encoder.encode_rows(rows);  // [T, channels]
  data.values.insert(data.values.end(), values.begin(), values.end());
  data.offsets.push_back(std::ssize(data.values) / data.channels);
}

/// All that there are, by `append`; of several an error has the number.
template <class Items, class Append>
Sequences encode_all(const Model& model, const Items& items, Append append) {
  const InputEncoder encoder = encoder_of(model);
  Sequences data = encoder.none();
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      append(encoder, items[i], data);
    } catch (const Error& error) {
      if (items.size() == 1) throw;
      throw Error(error.code(), fmt::format("sequence {}, counted from 0: {}", i, error.what()));
    }
  }
  return data;
}

}  // namespace

Sequences encode(const Model& model, std::span<const std::string> lines) {
  return encode_all(model, lines, [](const InputEncoder& encoder, const std::string& line, Sequences& data) {
    encoder.append_line(line, data);
  });
}

Sequences encode(const Model& model, std::span<const std::span<const float>> sequences) {
  return encode_all(model, sequences, append_rows);
}

namespace {

/// The answer of a sequence, the i-th, to outputs [items, K].
Prediction answer(const Model& model, std::span<const Scalar> outputs, Index i) {
  if (!std::all_of(outputs.begin(), outputs.end(), [](Scalar x) { return std::isfinite(x); }))
    throw not_finite(i);
  return model.task->predict(outputs);
}

}  // namespace

std::vector<Prediction> predict(const Model& model, const Sequences& data, int threads) {
  require_answers(model);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  const bool of_rows = model.classifier->level() == Level::row;
  const Index k = model.classifier->outputs();
  std::vector<Prediction> answers(as_size(data.size()));
  Inference inference(model, threads);
  inference.for_pieces(batch, [&](Index first, std::span<const Scalar> outputs) {
    const auto begins = std::lower_bound(data.offsets.begin(), data.offsets.end(), first);
    Index b = of_rows ? begins - data.offsets.begin() : first;
    for (Index at = 0; at < std::ssize(outputs); ++b) {
      const Index size = (of_rows ? data.length(b) : 1) * k;
      answers[as_size(b)] = answer(model, outputs.subspan(as_size(at), as_size(size)), b);
      at += size;
    }
  });
  return answers;
}

std::vector<std::string> row_labels(const Model& model, const Sequences& data, Index i) {
  std::vector<std::string> labels(as_size(model.classifier->rows_before()), "[cls]");
  for (Index row = data.offsets[i]; row < data.offsets[i] + windows_of(data, i).rows(0); ++row)
    labels.push_back(data.channels > 0 ? std::to_string(row - data.offsets[i] + 1)
                                       : model.preprocessing.token(data.tokens[as_size(row)]));
  return labels;
}

Prediction Model::predict(std::string_view text) const {
  const std::string one(text);
  return std::move(predict({&one, 1}).front());
}

std::vector<Prediction> Model::predict(std::span<const std::string> texts) const {
  return predict(encode(*this, texts));
}

Prediction Model::predict(std::span<const float> rows) const {
  return std::move(predict(encode(*this, {&rows, 1})).front());
}

std::vector<Prediction> Model::predict(const Sequences& data) const {
  return orochi::predict(*this, data, 1);
}

}  // namespace orochi
