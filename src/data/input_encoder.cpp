#include "data/input_encoder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/normalise.hpp"
#include "data/raw.hpp"
#include "data/utf8.hpp"

namespace orochi {

InputEncoder::InputEncoder(const DataConfig& config, const Preprocessing& preprocessing)
    : tokenizer_(config),
      max_length_(config.max_length),
      channels_(preprocessing.channels),
      mean_(preprocessing.mean),
      deviation_(preprocessing.deviation) {
  std::int32_t id = 0;
  for (const std::string& token : preprocessing.vocabulary) ids_.emplace(token, id++);
}

Index InputEncoder::append_tokens(std::string_view text, std::vector<std::int32_t>& ids) {
  const std::span<const std::string_view> tokens = tokenizer_.split(text);
  const auto full_length = static_cast<Index>(tokens.size());
  for (const std::string_view token :
       tokens.first(static_cast<std::size_t>(std::min(full_length, max_length_)))) {
    const auto found = ids_.find(token);
    ids.push_back(found == ids_.end() ? 0 : found->second);
  }
  return full_length;
}

std::vector<std::int32_t> InputEncoder::encode_text(std::string_view text, bool* was_cut) {
  if (text.find('\0') != std::string_view::npos) throw usage_error("a NUL byte; expected text");
  const std::size_t broken = utf8::find_invalid(text);
  if (broken != std::string_view::npos) {
    throw usage_error(fmt::format("byte {} (0x{:02x}) is not valid UTF-8", broken + 1,
                                  static_cast<unsigned char>(text[broken])));
  }
  const std::string mistake = text_mistake(text);
  if (!mistake.empty()) throw usage_error(mistake);
  std::vector<std::int32_t> ids;  // [T]
  const Index full_length = append_tokens(text, ids);
  if (was_cut != nullptr) *was_cut = full_length > max_length_;
  return ids;
}

std::vector<float> InputEncoder::encode_values(std::string_view text, bool* was_cut) const {
  std::vector<float> values;  // [T, channels]
  Index channels = 0;
  const std::string mistake = parse_case(text, values, channels);
  if (!mistake.empty()) throw usage_error(mistake);
  if (channels != channels_) {
    throw usage_error(
        fmt::format("{}, but the model was trained on {}", counted(channels, "dimension"), channels_));
  }
  const auto most = static_cast<std::size_t>(max_length_ * channels_);
  if (was_cut != nullptr) *was_cut = values.size() > most;
  values.resize(std::min(values.size(), most));
  normalise(values, mean_, deviation_);
  return values;
}

}  // namespace orochi
