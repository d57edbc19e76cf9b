#include "model/sample_rows.hpp"

#include <limits>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>

#include "data/raw.hpp"

namespace orochi {

SampleRows::SampleRows(std::span<const std::string> lines) {
  constexpr Index whole = std::numeric_limits<std::int32_t>::max();
  std::vector<float> values;
  for (const std::string& line : lines) {
    if (!parse_case(line, values, preprocessing.channels).empty()) preprocessing.channels = 0;
    if (preprocessing.channels == 0) break;
    sequences.offsets.push_back(std::ssize(values) / preprocessing.channels);
  }
  sequences.channels = preprocessing.channels;
  if (preprocessing.channels > 0) {
    sequences.values.assign(values.begin(), values.end());
  } else {
    const std::vector<std::string_view> texts(lines.begin(), lines.end());
    const std::shared_ptr<Tokenizer> tokenizer = builtin_tokenizers().make(Component{"char", {}});
    tokenizer->fit(texts, whole);
    const EncodedTexts encoded = tokenizer->encode_all(texts, whole);
    sequences.tokens.assign(encoded.ids.begin(), encoded.ids.end());
    sequences.offsets.assign(encoded.offsets.begin(), encoded.offsets.end());
    preprocessing.tokenizer = tokenizer;
  }
  batch = as_batch(sequences, samples);
}

}  // namespace orochi
