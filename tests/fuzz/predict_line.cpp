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

void encode(InputEncoder& texts, const InputEncoder& numbers, std::string_view line) {
  bool was_cut = false;
  try {
    const std::vector<std::int32_t> ids = texts.encode_text(line, &was_cut);
    require(!ids.empty() && ids.size() <= 5);
    for (const std::int32_t id : ids) require(id >= 0 && id < 3);
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage);
  }
  try {
    const std::vector<float> values = numbers.encode_values(line, &was_cut);
    require(!values.empty() && values.size() <= 10 && values.size() % 2 == 0);
    for (const float value : values) require(!std::isnan(value));
  } catch (const Error& error) {
    require(error.code() == ExitCode::usage);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  DataConfig config;
  config.max_length = 5;
  Preprocessing text, numeric;
  text.tokenizer = test::word_tokenizer({"<unk>", "a", "dragon"});
  numeric.channels = 2;
  numeric.mean = {1, -2};
  numeric.deviation = {0.5F, 3};
  InputEncoder texts(config, text), numbers(config, numeric);
  LineReader reader(file.hold(data, size));
  Index lines = 0;
  while (reader.fill())
    for (std::string_view line; reader.next(line); ++lines) encode(texts, numbers, line);
  require(lines == reader.line_number() && (size == 0) == (lines == 0));
  return 0;
}
