#include "data/input_encoder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/normalise.hpp"
#include "data/raw.hpp"
#include "data/utf8.hpp"

namespace orochi {

InputEncoder::InputEncoder(const DataConfig& config, const Preprocessing& preprocessing)
    : tokenizer_(preprocessing.tokenizer),
      tokenizer_name_(config.tokenizer.type),
      max_length_(config.max_length),
      channels_(preprocessing.channels),
      mean_(preprocessing.mean),
      deviation_(preprocessing.deviation) {}

Index InputEncoder::append_tokens(std::string_view text, std::vector<std::int32_t>& ids) const {
  const auto before = std::ssize(ids);
  const Index full_length = tokenizer_->encode(text, max_length_, ids);
  if (full_length == 0)
    throw usage_error(fmt::format("data.tokenizer \"{}\" finds no token in the text", tokenizer_name_));
  // Anybody may write a tokenizer, and the rows of the model are found by these numbers.
  const Index size = tokenizer_->vocabulary_size();
  const bool known =
      std::all_of(ids.begin() + before, ids.end(), [size](std::int32_t id) { return id >= 0 && id < size; });
  if (!known || std::ssize(ids) - before != std::min(full_length, max_length_))
    throw failure(
        fmt::format("data.tokenizer \"{}\" gave other ids than those of its first {} tokens, from 0 to {}",
                    tokenizer_name_, std::min(full_length, max_length_), size - 1));
  return full_length;
}

std::vector<std::int32_t> InputEncoder::encode_text(std::string_view text, bool* was_cut) const {
  if (tokenizer_ == nullptr) throw usage_error("a text, but the model was trained on numeric rows");
  if (text.find('\0') != std::string_view::npos) throw usage_error("a NUL byte; expected text");
  const std::size_t broken = utf8::find_invalid(text);
  if (broken != std::string_view::npos) {
    throw usage_error(fmt::format("byte {} (0x{:02x}) is not valid UTF-8", broken + 1,
                                  static_cast<unsigned char>(text[broken])));
  }
  if (utf8::is_blank(text)) throw usage_error("the text is empty; expected at least one character");
  std::vector<std::int32_t> ids;  // [T]
  const Index full_length = append_tokens(text, ids);
  if (was_cut != nullptr) *was_cut = full_length > max_length_;
  return ids;
}

std::vector<float> InputEncoder::encode_rows(std::span<const float> rows) const {
  if (channels_ == 0) throw usage_error("numeric rows, but the model was trained on texts");
  if (rows.empty() || std::ssize(rows) % channels_ != 0)
    throw usage_error(fmt::format("{}; expected a multiple of the {} of the model, at least one row",
                                  counted(std::ssize(rows), "number"), counted(channels_, "channel")));
  if (!std::all_of(rows.begin(), rows.end(), [](float x) { return std::isfinite(x); }))
    throw usage_error("a value is not a finite number");
  const Index kept = std::min(std::ssize(rows), max_length_ * channels_);
  std::vector<float> values(rows.begin(), rows.begin() + kept);
  normalise(values, mean_, deviation_);
  return values;
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
