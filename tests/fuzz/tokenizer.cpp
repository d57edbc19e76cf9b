// UTF-8, tokenizers, vocabularies: the first byte chooses, the rest is lines of text.
#include "core/utf8.hpp"
#include "data/input_encoder.hpp"
#include "data/tokenizers/unicode.hpp"
#include "memory_file.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using fuzz::require;

namespace {

std::string lowered(std::string_view text, bool fold) {
  std::string result;
  unicode::normalize(text, fold, result);
  require(utf8::find_invalid(result) == std::string::npos);
  return result;
}

void check_tokens(const Component& config, std::string_view text) {
  std::string joined;
  for (const std::string& token : builtin_tokenizers().make(config)->pieces(text)) {
    require(!token.empty() && utf8::find_invalid(token) == std::string::npos);
    joined += token;
  }
  std::string whole = lowered(text, std::get<bool>(config.options.at("lowercase"))), expected;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t here = at;
    const char32_t code_point = utf8::decode(whole, at);
    std::string again;
    utf8::append(again, code_point);
    require(again == whole.substr(here, at - here));
    if (config.type == "char" || !utf8::is_space(code_point)) expected += again;
  }
  require(joined == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DataConfig config;
  const std::int64_t vocab_size = 2 + (data[0] >> 4 & 7);
  config.tokenizer = {data[0] & 1     ? "char"
                      : size % 2 == 0 ? "word"
                                      : "whitespace",
                      {{"lowercase", (data[0] & 2) != 0},
                       {"min_count", std::int64_t{1 + (data[0] >> 2 & 3)}},
                       {"vocab_size", vocab_size}}};
  config.max_length = data[0] & 0x80 ? 3 : 1000;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    const std::string_view line = input.substr(at, end - at);
    at = end + 1;
    if (utf8::find_invalid(line) != std::string_view::npos) continue;
    check_tokens(config.tokenizer, line);
    lines.push_back(line);
  }
  Preprocessing preprocessing;
  std::shared_ptr<Tokenizer> tokenizer = builtin_tokenizers().make(config.tokenizer);
  EncodedTexts encoded;
  try {
    encoded = tokenizer->fit_and_encode(lines, config.max_length);
  } catch (const Error& error) {  // no token is frequent enough
    require(error.code() == ExitCode::usage);
    return 0;
  }
  preprocessing.tokenizer = tokenizer;
  const Index entries = tokenizer->vocabulary_size();
  require(entries >= 2 && entries <= vocab_size && tokenizer->token(0) == unknown_token);
  InputEncoder encoder(config, preprocessing);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (tokenizer->pieces(lines[i]).empty()) continue;  // nothing but blanks, which the readers refuse
    Sequences data, at_once;
    const Index length = encoder.append_encoded(encoder.encode({&lines[i], 1}), 0, data);
    require(length >= std::ssize(data.tokens) && std::ssize(data.tokens) <= config.max_length);
    for (const std::int32_t id : data.tokens) require(id >= 0 && id < entries);
    require(encoder.append_encoded(encoded, static_cast<Index>(i), at_once) == length);
    require(at_once.tokens == data.tokens);
  }
  return 0;
}
