#include "data/input_encoder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/missing.hpp"
#include "data/normalize.hpp"
#include "data/raw.hpp"

namespace orochi {

InputEncoder::InputEncoder(const DataConfig& config, const Preprocessing& preprocessing, Level level)
    : tokenizer_(preprocessing.tokenizer),
      tokenizer_name_(config.tokenizer.type),
      max_length_(config.max_length),
      texts_(preprocessing.texts),
      channels_(preprocessing.channels),
      mean_(preprocessing.mean),
      deviation_(preprocessing.deviation),
      missing_(missing_choice.value(config.missing)),
      missing_mean_(preprocessing.missing_mean),
      has_indicator_(config.missing_indicator),
      is_of_rows_(level == Level::row) {
  if (max_length_ < 2 * texts_ - 1)
    throw usage_error(fmt::format("data.max_length is {}; {} with separators need {} or more", max_length_,
                                  counted(texts_, "text"), 2 * texts_ - 1));
}

void InputEncoder::check(std::span<const std::int32_t> ids, Index full_length) const {
  if (full_length == 0)
    throw usage_error(fmt::format("data.tokenizer \"{}\" finds no token in the text", tokenizer_name_));
  const Index size = tokenizer_->vocabulary_size();
  const bool known =
      std::all_of(ids.begin(), ids.end(), [size](std::int32_t id) { return id >= 0 && id < size; });
  if (!known || std::ssize(ids) != std::min(full_length, max_length_))
    throw failure(
        fmt::format("data.tokenizer \"{}\" gave other ids than those of its first {} tokens, from 0 to {}",
                    tokenizer_name_, std::min(full_length, max_length_), size - 1));
}

void InputEncoder::encode(std::string_view text, EncodedTexts& texts) const {
  texts.lengths.push_back(tokenizer_->encode(text, max_length_, texts.ids));
  texts.offsets.push_back(std::ssize(texts.ids));
}

namespace {

void check_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) throw usage_error("a NUL byte; expected text");
  const std::size_t broken = utf8::find_invalid(text);
  if (broken != std::string_view::npos) {
    throw usage_error(fmt::format("byte {} (0x{:02x}) is not valid UTF-8", broken + 1,
                                  static_cast<unsigned char>(text[broken])));
  }
  if (utf8::is_blank(text)) throw usage_error("the text is empty; expected at least one character");
}

}  // namespace

std::vector<float> InputEncoder::encode_rows(std::span<const float> rows, bool* was_cut) const {
  if (channels_ == 0) throw usage_error("numeric rows, but the model was trained on texts");
  const Index channels = channels_ - (has_indicator_ ? 1 : 0);
  if (rows.empty() || std::ssize(rows) % channels != 0)
    throw usage_error(fmt::format("{}; expected a multiple of the {} of the model, at least one row",
                                  counted(std::ssize(rows), "number"), counted(channels, "channel")));
  if (std::any_of(rows.begin(), rows.end(), [](float x) { return std::isinf(x); }))
    throw usage_error("a value is not a finite number");
  std::vector<float> values(rows.begin(), rows.end());  // [T, channels]
  if (!is_of_rows_) take_off_empty_rows(values, channels);
  if (values.empty()) throw usage_error("every value is missing");
  const std::string place = first_missing(values, channels, 1);
  if (missing_ == Missing::error && !place.empty())
    throw usage_error(
        fmt::format("the value at {} is missing; the model was trained with data.missing = \"error\": fill "
                    "it in or leave "
                    "the sequence out",
                    place));
  if (has_indicator_) add_indicator(values, channels);
  if (was_cut != nullptr) *was_cut = std::ssize(values) > max_length_ * channels_;
  Sequences data;
  append_values(values, data);
  normalize(data.values, mean_, deviation_);
  return std::move(data.values);
}

std::vector<float> InputEncoder::encode_values(std::string_view text, bool* was_cut) const {
  std::vector<float> values;  // [T, channels]
  Index channels = 0;
  const std::string error = parse_case(text, values, channels);
  if (!error.empty()) throw usage_error(error);
  const Index expected = channels_ - (has_indicator_ ? 1 : 0);
  if (channels != expected) {
    throw usage_error(
        fmt::format("{}, but the model was trained on {}", counted(channels, "dimension"), expected));
  }
  return encode_rows(values, was_cut);
}

void InputEncoder::append_values(std::span<const float> values, Sequences& data) const {
  const std::size_t kept = std::min(values.size(), as_size(max_length_ * channels_));
  std::vector<float>& all = data.values;
  if (first_missing(values, channels_, 0).empty()) {
    all.insert(all.end(), values.begin(), values.begin() + static_cast<Index>(kept));
    return;
  }
  // Whole: what is behind the cut fills gaps before it.
  const std::size_t before = all.size();
  all.insert(all.end(), values.begin(), values.end());
  fill_missing(std::span(all).subspan(before), channels_, missing_, missing_mean_);
  all.resize(before + kept);
}

Index InputEncoder::append_texts(std::span<const std::string_view> texts, Sequences& data) const {
  EncodedTexts encoded;
  for (const std::string_view text : texts) encode(text, encoded);
  return append_encoded(encoded, 0, data);
}

Index InputEncoder::append_encoded(const EncodedTexts& texts, Index first, Sequences& data) const {
  std::vector<std::span<const std::int32_t>> parts;  // [S]
  const Index separators = texts_ - 1;
  Index full_length = separators, length = separators;
  for (auto i = static_cast<std::size_t>(first); std::ssize(parts) < texts_; ++i) {
    parts.emplace_back(texts.ids.begin() + texts.offsets[i], texts.ids.begin() + texts.offsets[i + 1]);
    check(parts.back(), texts.lengths[i]);
    full_length += texts.lengths[i];
    length += std::ssize(parts.back());
  }
  const auto is_not_longer = [](const auto& a, const auto& b) { return a.size() <= b.size(); };
  for (; length > max_length_; --length) {
    auto longest = parts.begin();
    for (auto other = parts.begin(); other != parts.end(); ++other)
      if (is_not_longer(*longest, *other)) longest = other;
    *longest = longest->first(longest->size() - 1);
  }
  for (std::size_t s = 0; s < parts.size(); ++s) {
    if (s > 0) data.tokens.push_back(tokenizer_->separator());
    data.tokens.insert(data.tokens.end(), parts[s].begin(), parts[s].end());
    const std::size_t rows = parts[s].size() + (s + 1 < parts.size() ? 1 : 0);
    if (texts_ > 1) data.segments.insert(data.segments.end(), rows, static_cast<std::int32_t>(s));
  }
  return full_length;
}

bool InputEncoder::append_line(std::string_view line, Sequences& data) const {
  bool was_cut = false;
  if (channels_ > 0) {
    const std::vector<float> values = encode_values(line, &was_cut);  // [T, channels]
    data.values.insert(data.values.end(), values.begin(), values.end());
    data.offsets.push_back(std::ssize(data.values) / channels_);
    return was_cut;
  }
  std::vector<std::string_view> texts{line};
  while (texts_ > 1 && texts.back().find('\t') != std::string_view::npos) {
    const std::string_view both = texts.back();
    texts.back() = both.substr(0, both.find('\t'));
    texts.push_back(both.substr(both.find('\t') + 1));
  }
  if (std::ssize(texts) != texts_)
    throw usage_error(
        fmt::format("{}; expected {} with tabs between", counted(std::ssize(texts), "text"), texts_));
  for (const std::string_view text : texts) check_text(text);
  was_cut = append_texts(texts, data) > max_length_;
  data.offsets.push_back(std::ssize(data.tokens));
  return was_cut;
}

}  // namespace orochi
