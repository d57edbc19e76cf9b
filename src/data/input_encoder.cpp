#include "data/input_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/missing.hpp"
#include "data/normalize.hpp"
#include "data/raw.hpp"
#include "data/text_features.hpp"

namespace orochi {
InputEncoder::InputEncoder(const DataConfig& config, const Preprocessing& preprocessing, Level level)
    : tokenizer_(preprocessing.tokenizer),
      tokenizer_name_(config.tokenizer.type),
      max_length_(config.max_length),
      texts_(preprocessing.texts),
      text_features_(config.text_features),
      text_places_(config.text_places),
      truncation_(truncation_choice.value(config.truncation)),
      most_rows_(most_rows(config)),
      tokens_needed_(tokens_needed(config)),
      channels_(preprocessing.channels),
      mean_(preprocessing.mean),
      deviation_(preprocessing.deviation),
      missing_(missing_choice.value(config.missing)),
      missing_mean_(preprocessing.missing_mean),
      has_indicator_(config.missing_indicator),
      is_of_rows_(level == Level::row) {
  if (config.special_tokens) {
    if (tokenizer_ != nullptr) begin_ = tokenizer_->begin(), end_ = tokenizer_->end();
    if (begin_ < 0 || end_ < 0)
      throw OptionError(
          "data.special_tokens",
          fmt::format("data.special_tokens is true, but {} tokens for the beginning and the end of "
                      "a sequence; BERT's [CLS] and [SEP] are of \"wordpiece\", RoBERTa's <s> and "
                      "</s> of \"bpe\"",
                      tokenizer_ == nullptr ? "numbers have no"
                                            : "data.tokenizer \"" + tokenizer_name_ + "\" has no"));
  }
  if (most_rows_ > max_length_ && texts_ > 1)
    throw usage_error(
        fmt::format("data.long is \"windows\", but a record has {}; allowed with several texts: \"cut\"",
                    counted(texts_, "text")));
  for (const auto& [key, features] : {std::pair("data.text_features", config.text_features),
                                      {"data.series_features", config.series_features}})
    if (most_rows_ > max_length_ && features > 0)
      throw OptionError(
          key, fmt::format("{} is of whole sequences, but data.long is \"windows\"; leave one of the two out",
                           key));
  if (text_places_ && text_features_ == 0)
    throw OptionError("data.text_places",
                      "data.text_places says what the linear model of texts looks at, but data.text_features "
                      "is 0, so that there is none; give it buckets, for example 131072, or leave this out");
  const Index least = 2 * texts_ - 1 + special_rows();
  if (max_length_ < least)
    throw usage_error(fmt::format("data.max_length is {}; {} with separators need {} or more", max_length_,
                                  counted(texts_, "text"), least));
}

Index InputEncoder::tokens_needed(const DataConfig& config) {
  constexpr Index all = std::numeric_limits<std::int32_t>::max();
  return truncation_choice.is(config.truncation, Truncation::head) ? std::min(most_rows(config), all) : all;
}

Sequences InputEncoder::none(const Storage& storage) const {
  Sequences data(storage);
  data.channels = channels_;
  data.window = most_rows_ > max_length_ ? max_length_ : 0;
  if (text_features_ > 0 && channels_ == 0) data.feature_offsets.push_back(0);
  return data;
}

void InputEncoder::check(std::span<const std::int32_t> ids, Index full_length) const {
  if (full_length == 0)
    throw usage_error(fmt::format("data.tokenizer \"{}\" finds no token in the text", tokenizer_name_));
  const Index size = tokenizer_->vocabulary_size();
  const bool known =
      std::all_of(ids.begin(), ids.end(), [size](std::int32_t id) { return id >= 0 && id < size; });
  const Index expected = std::min(full_length, tokens_needed_);
  if (!known || std::ssize(ids) != expected)
    throw failure(
        fmt::format("data.tokenizer \"{}\" gave other ids than those of its first {} tokens, from 0 to {}",
                    tokenizer_name_, expected, size - 1));
}

EncodedTexts InputEncoder::encode(std::span<const std::string_view> texts) const {
  return tokenizer_->encode_all(texts, tokens_needed_);
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

Column<float> InputEncoder::encode_rows(std::span<const float> rows, bool* is_long) const {
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
  if (is_long != nullptr) *is_long = std::ssize(values) > max_length_ * channels_;
  Sequences data;
  append_values(values, data);
  normalize(data.values, mean_, deviation_);
  return std::move(data.values);
}

Column<float> InputEncoder::encode_values(std::string_view text, bool* is_long) const {
  std::vector<float> values;  // [T, channels]
  Index channels = 0;
  const std::string error = parse_case(text, values, channels);
  if (!error.empty()) throw usage_error(error);
  const Index expected = channels_ - (has_indicator_ ? 1 : 0);
  // Of a table's record: what a single row has needs no colons between.
  if (max_length_ == 1 && channels == 1 && std::ssize(values) == expected) channels = expected;
  if (channels != expected)
    throw usage_error(fmt::format("{}, but the model was trained on {}",
                                  max_length_ == 1 && channels == 1 ? counted(std::ssize(values), "value")
                                                                    : counted(channels, "dimension"),
                                  expected));
  return encode_rows(values, is_long);
}

void InputEncoder::append_values(std::span<const float> values, Sequences& data) const {
  const KeptRows rows = kept(std::ssize(values) / channels_);
  if (first_missing(values, channels_, 0).empty()) return append_kept(values, channels_, rows, data.values);
  // Whole: what is left out fills gaps beside it.
  std::vector<float> whole(values.begin(), values.end());
  fill_missing(whole, channels_, missing_, missing_mean_);
  append_kept(std::span<const float>(whole), channels_, rows, data.values);
}

Index InputEncoder::append_encoded(const EncodedTexts& texts, Index first, Sequences& data) const {
  std::vector<std::span<const std::int32_t>> parts;  // [S]
  std::vector<Index> rows;                           // [S]: of each that are kept
  Index length = texts_ - 1 + special_rows();        // separators
  Index full_length = length;
  for (auto i = static_cast<std::size_t>(first); std::ssize(parts) < texts_; ++i) {
    const Index begin = texts.offsets[i];
    parts.push_back(std::span(texts.ids).subspan(as_size(begin), as_size(texts.offsets[i + 1] - begin)));
    check(parts.back(), texts.lengths[i]);
    full_length += texts.lengths[i];
    rows.push_back(std::min<Index>(std::ssize(parts.back()), most_rows_));
    length += rows.back();
  }
  for (; length > most_rows_; --length) {
    auto longest = rows.begin();
    for (auto other = rows.begin(); other != rows.end(); ++other)
      if (*longest <= *other) longest = other;
    --*longest;
  }
  if (begin_ >= 0) data.tokens.push_back(begin_);
  for (std::size_t s = 0; s < parts.size(); ++s) {
    append_kept(parts[s], 1, kept_rows(truncation_, std::ssize(parts[s]), rows[s]), data.tokens);
    const bool is_last = s + 1 == parts.size();
    const std::int32_t behind = is_last ? end_ : tokenizer_->separator();
    if (behind >= 0) data.tokens.push_back(behind);
    const Index own = rows[s] + (behind >= 0 ? 1 : 0) + (s == 0 && begin_ >= 0 ? 1 : 0);
    if (texts_ > 1) data.segments.insert(data.segments.end(), as_size(own), static_cast<std::int32_t>(s));
  }
  return full_length;
}

void InputEncoder::append_features(std::span<const std::string_view> texts, Sequences& data) const {
  if (text_features_ == 0) return;
  if (text_places_)
    append_text_features(texts, place_groups, text_features_, data.features);
  else
    append_text_features(texts, gram_groups, text_features_, data.features);
  data.feature_offsets.push_back(std::ssize(data.features));
}

bool InputEncoder::append_line(std::string_view line, Sequences& data) const {
  bool is_long = false;
  if (channels_ > 0) {
    const Column<float> values = encode_values(line, &is_long);  // [T, channels]
    data.values.insert(data.values.end(), values.begin(), values.end());
    data.offsets.push_back(std::ssize(data.values) / channels_);
    return is_long;
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
  is_long = append_encoded(encode(texts), 0, data) > max_length_;
  append_features(texts, data);
  data.offsets.push_back(std::ssize(data.tokens));
  return is_long;
}

}  // namespace orochi
