#include <algorithm>
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "core/as_size.hpp"
#include "data/input_encoder.hpp"
#include "inference/model_file.hpp"
#include "inference/pieces.hpp"

namespace orochi {

Prediction Model::predict(std::string_view text) const {
  const std::string one(text);
  return std::move(predict({&one, 1}).front());
}

std::vector<Prediction> Model::predict(std::span<const std::string> texts) const {
  const InputEncoder encoder(config.data, preprocessing, task->level());
  Sequences data = encoder.none();
  for (const std::string& text : texts) encoder.append_line(text, data);
  return predict(data);
}

Prediction Model::predict(std::span<const float> rows) const {
  const InputEncoder encoder(config.data, preprocessing, task->level());
  Sequences data = encoder.none();
  data.values = encoder.encode_rows(rows);
  data.offsets.push_back(std::ssize(data.values) / std::max<Index>(data.channels, 1));
  return std::move(predict(data).front());
}

std::vector<Prediction> Model::predict(const Sequences& data) const {
  require_answers(*this);
  Tape tape(classifier->parameters(), config.train.kernels.c_str());
  const std::shared_ptr<PackedWeights> weights = packed_weights();
  tape.set_packed(weights.get());
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  const std::vector<Index> cuts = cut_pieces(batch);
  const bool of_rows = classifier->level() == Level::row;
  const Index k = classifier->outputs();
  std::vector<Scalar> memory;
  std::vector<Prediction> answers;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const Batch piece = slice(batch, cuts[i], cuts[i + 1]);
    const std::span<const Scalar> all = infer(*classifier, tape, piece, memory);  // [items, K]
    for (Index b = 0; b < piece.num_sequences(); ++b) {
      const Index first = of_rows ? piece.first_row(b) : b, items = of_rows ? piece.length(b) : 1;
      const std::span<const Scalar> outputs = all.subspan(as_size(first * k), as_size(items * k));
      if (!std::all_of(outputs.begin(), outputs.end(), [](Scalar x) { return std::isfinite(x); }))
        throw not_finite(cuts[i] + b);
      answers.push_back(task->predict(outputs));
    }
  }
  return answers;
}

}  // namespace orochi
