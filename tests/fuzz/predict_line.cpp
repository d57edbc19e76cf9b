// What predict does with what comes down a pipe: lines, then token ids or rows of numbers.
#include <cmath>

#include <orochi/error.hpp>

#include "cli/line_reader.hpp"
#include "data/input_encoder.hpp"
#include "memory_file.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using fuzz::require;

namespace {

/// One line as a sequence: at most 5 rows, or an error that leaves the data as it was.
void append(const InputEncoder& encoder, std::string_view line, Index channels, std::int32_t ids) {
  Sequences data;
  data.channels = channels;
  try {
    encoder.append_line(line, data);
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage && data.tokens.empty() && data.values.empty());
    return;
  }
  require(data.size() == 1 && data.offsets.back() >= 1 && data.offsets.back() <= 5);
  require(std::ssize(data.tokens) == (channels == 0 ? data.offsets.back() : 0));
  require(std::ssize(data.values) == data.offsets.back() * channels);
  for (const std::int32_t id : data.tokens) require(id >= 0 && id < ids);
  require(data.segments.empty() || data.segments.size() == data.tokens.size());
  for (const float value : data.values) require(!std::isnan(value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  DataConfig config;
  config.max_length = 5;
  Preprocessing text, pair, numeric;
  text.tokenizer = test::word_tokenizer({"<unk>", "a", "dragon"});
  pair = text;
  pair.texts = 2;
  numeric.channels = 2;
  numeric.mean = {1, -2};
  numeric.deviation = {0.5F, 3};
  const InputEncoder texts(config, text), pairs(config, pair), numbers(config, numeric);
  LineReader reader(file.hold(data, size));
  Index lines = 0;
  while (reader.fill())
    for (std::string_view line; reader.next(line); ++lines) {
      append(texts, line, 0, 3);
      append(pairs, line, 0, 4);
      append(numbers, line, 2, 0);
    }
  require(lines == reader.line_number() && (size == 0) == (lines == 0));
  return 0;
}
