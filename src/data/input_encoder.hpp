// One raw input to model rows, as training's data was: for loading files and for streaming prediction.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/dataset.hpp>

#include "core/choices.hpp"
#include "data/truncation.hpp"

namespace orochi {

/// Turns single inputs into token ids or normalized rows.
class InputEncoder {
 public:
  /// `level`: of the model's answers; where every row has one, empty last rows stay.
  InputEncoder(const DataConfig& config, const Preprocessing& preprocessing, Level level = Level::sequence);

  /// No sequences yet, for appending: in windows, if config.data has them.
  Sequences none(const Storage& storage = {}) const;

  /// Normalized rows [T, channels] of one case in `.ts` form without a label, "v,v,v:v,v,v" with one part a
  /// channel; `is_long`, if given, says whether there were more than max_length. Throws a usage_error without
  /// a location: the caller knows the line.
  Column<float> encode_values(std::string_view text, bool* is_long = nullptr) const;

  /// The same of rows [T, channels] that are numbers already, NaN where one is missing.
  Column<float> encode_rows(std::span<const float> rows, bool* is_long = nullptr) const;

  /// Appends a line as one more sequence, without target: a text, several with tabs between if training had
  /// several, or a case. Says whether it is longer than max_length. Throws a usage_error without a location
  /// (bad UTF-8, a NUL byte, nothing but white space, no case); nothing is appended then.
  bool append_line(std::string_view line, Sequences& data) const;

  /// Of texts that were checked when their file was read, on all cores, for append_encoded.
  EncodedTexts encode(std::span<const std::string_view> texts) const;
  /// Appends the rows of a sequence's texts, S of them from number `first` on, with a separator between two
  /// of them, which is of the first's segment, and the special tokens around. Where they are too long
  /// together, the longest is cut, of equal ones the last; what is kept of each is by data.truncation.
  /// Returns their length before that.
  Index append_encoded(const EncodedTexts& texts, Index first, Sequences& data) const;
  /// Appends what a linear model looks at of a sequence's texts [S], where data.text_features asks for it.
  void append_features(std::span<const std::string_view> texts, Sequences& data) const;
  /// Appends the rows [T, channels] of a sequence as FileInMemory keeps them: filled where values are
  /// missing, cut, not normalized.
  void append_values(std::span<const float> values, Sequences& data) const;

  /// What is kept of a sequence's rows.
  KeptRows kept(Index rows) const { return kept_rows(truncation_, rows, most_rows_); }
  /// The tokens of a text that a tokenizer must give for that, from the first on.
  static Index tokens_needed(const DataConfig& config);

 private:
  Index special_rows() const { return (begin_ < 0 ? 0 : 1) + (end_ < 0 ? 0 : 1); }
  /// Anybody may write a tokenizer, and the rows of the model are found by these numbers. Throws a
  /// usage_error without a location where the tokenizer found nothing.
  void check(std::span<const std::int32_t> ids, Index full_length) const;

  std::shared_ptr<const Tokenizer> tokenizer_;
  std::string tokenizer_name_;
  Index max_length_, texts_, text_features_;
  bool text_places_;
  Truncation truncation_;
  Index most_rows_;  // that are kept of a sequence: of windows all
  Index tokens_needed_;
  std::int32_t begin_ = -1, end_ = -1;  // tokens around a sequence; -1: none
  Index channels_;
  std::vector<float> mean_, deviation_;  // [channels]
  Missing missing_;
  std::vector<float> missing_mean_;  // [channels]
  bool has_indicator_, is_of_rows_;
};

}  // namespace orochi
