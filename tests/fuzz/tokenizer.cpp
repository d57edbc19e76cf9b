// UTF-8, tokenizers, vocabularies: the first byte chooses, the rest is lines of text.
#include "data/tokenizer.hpp"
#include "data/input_encoder.hpp"
#include "data/utf8.hpp"
#include "memory_file.hpp"

using namespace orochi;
using fuzz::require;

namespace {

std::string lowered(std::string_view text, bool fold) {
  std::string result(text);
  if (fold) utf8::to_lower(text, result);
  require(utf8::find_invalid(result) == std::string::npos);
  return result;
}

void check_tokens(const DataConfig& config, std::string_view text) {
  Tokenizer tokenizer(config);
  std::string joined;
  for (const std::string_view token : tokenizer.split(text)) {
    require(!token.empty() && utf8::find_invalid(token) == std::string::npos);
    joined += token;
  }
  std::string whole = lowered(text, config.lowercase), expected;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t here = at;
    const char32_t code_point = utf8::decode(whole, at);
    std::string again;
    utf8::append(again, code_point);
    require(again == whole.substr(here, at - here));
    if (config.tokenizer == "char" || !utf8::is_space(code_point)) expected += again;
  }
  require(joined == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DataConfig config;
  config.tokenizer = data[0] & 1 ? "char" : "word";
  config.lowercase = data[0] & 2;
  config.min_count = 1 + (data[0] >> 2 & 3);
  config.vocab_size = 2 + (data[0] >> 4 & 7);
  config.max_length = data[0] & 0x80 ? 3 : 1000;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    const std::string_view line = input.substr(at, end - at);
    at = end + 1;
    if (utf8::find_invalid(line) != std::string_view::npos) continue;
    check_tokens(config, line);
    lines.push_back(line);
  }
  Preprocessing preprocessing;
  preprocessing.vocabulary = make_vocabulary(config, lines);
  const auto entries = static_cast<std::int32_t>(preprocessing.vocabulary.size());
  require(entries >= 1 && entries <= config.vocab_size && preprocessing.vocabulary[0] == unknown_token);
  InputEncoder encoder(config, preprocessing);
  for (const std::string_view line : lines) {
    std::vector<std::int32_t> ids;
    require(encoder.append_tokens(line, ids) >= static_cast<Index>(ids.size()));
    require(static_cast<Index>(ids.size()) <= config.max_length);
    for (const std::int32_t id : ids) require(id >= 0 && id < entries);
  }
  return 0;
}
