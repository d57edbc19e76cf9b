// What PyTorch made of some sentences with an encoder (scripts/make_golden_encoders.py).
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>

#include "data/input_encoder.hpp"
#include "exchange/hugging_face.hpp"
#include "io/safetensors.hpp"
#include "model/copy_parameters.hpp"

namespace orochi::test {

inline std::string encoders_folder() { return std::string(std::getenv("OROCHI_TEST_DATA")) + "/encoders"; }

inline Model imported(const std::string& folder, std::vector<std::string>* notes = nullptr) {
  std::vector<std::string> unused;
  return import_hugging_face(folder, builtin(), notes == nullptr ? unused : *notes);
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> golden_lines() {
  std::ifstream file(encoders_folder() + "/lines.json");
  return nlohmann::json::parse(file).get<std::vector<std::string>>();
}

inline std::vector<float> golden_numbers(const SafetensorsFile& file, const std::string& name) {
  std::vector<float> numbers(static_cast<std::size_t>(file.tensors().at(name).count));
  file.read(name, std::span(numbers));
  return numbers;
}

/// The texts with the special tokens around.
inline Sequences encoded(const Model& model, std::span<const std::string> texts) {
  const InputEncoder encoder(model.config.data, model.preprocessing);
  Sequences data = encoder.none();
  for (const std::string& text : texts) encoder.append_line(text, data);
  return data;
}

/// The last layer's rows [N, C].
inline std::vector<Scalar> rows_of(const Model& model, const Sequences& data) {
  Classifier classifier(model.config, model.input, OutputShape(0, Level::row), model.extensions.layers);
  copy_parameters(model.classifier->parameters(), classifier.parameters());
  Tape tape(classifier.parameters(), "auto");
  tape.begin(Mode::infer, nullptr, {});
  std::vector<std::uint32_t> samples;
  const Var y = classifier.forward(tape, as_batch(data, samples));
  return {y.data(), y.data() + y.rows() * y.cols()};
}

/// Of the encoder in `model` and a golden file: the largest difference of a number; infinity where tokens
/// differ.
inline double largest_difference(const Model& model, const std::string& golden) {
  const SafetensorsFile file(golden);
  const Sequences data = encoded(model, golden_lines());
  const std::vector<float> ids = golden_numbers(file, "ids"), rows = golden_numbers(file, "rows");
  if (!std::equal(ids.begin(), ids.end(), data.tokens.begin(), data.tokens.end(),
                  [](float a, std::int32_t b) { return a == static_cast<float>(b); }))
    return INFINITY;
  const std::vector<Scalar> found = rows_of(model, data);
  double most = found.size() == rows.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(found.size(), rows.size()); ++i)
    most = std::max(most, std::abs(static_cast<double>(found[i]) - static_cast<double>(rows[i])));
  return most;
}

}  // namespace orochi::test
