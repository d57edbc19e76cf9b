#include "data/word_vectors.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/read_number.hpp"
#include "core/utf8.hpp"
#include "data/file_errors.hpp"
#include "data/readers/words.hpp"
#include "data/unpack.hpp"

namespace orochi {
namespace {

constexpr Index most_columns = 65536;

Index count_fields(std::string_view line) {
  Index count = 0;
  bool is_within = false;
  for (const char c : line) {
    const bool is_blank = blanks_and_tabs.find(c) != std::string_view::npos;
    count += !is_blank && !is_within;
    is_within = !is_blank;
  }
  return count;
}

/// With a "+" before it, too.
template <class Number>
std::optional<Number> parse(std::string_view text) {
  return read_number<Number>(text.substr(text.starts_with('+') ? 1 : 0));
}

/// Takes the last field off a text and returns it; an empty one where the text has no blank.
std::string_view take_last_field(std::string_view& text) {
  const std::size_t before = text.find_last_of(blanks_and_tabs);
  if (before == std::string_view::npos) return {};
  const std::string_view field = text.substr(before + 1);
  text = text.substr(0, text.find_last_not_of(blanks_and_tabs, before) + 1);
  return field;
}

/// A first line that says how many words and numbers there are: "400000 300".
struct Header {
  Index words = 0, columns = 0;
};
std::optional<Header> header_of(std::string_view line) {
  const auto columns = parse<Index>(take_last_field(line)), words = parse<Index>(line);
  if (!columns || !words) return std::nullopt;
  return Header{*words, *columns};
}

class Reading {
 public:
  Reading(const std::string& path, const Tokenizer& tokenizer) : path_(path) {
    for (Index id = 0; id < tokenizer.vocabulary_size(); ++id)
      ids_.emplace(tokenizer.token(static_cast<std::int32_t>(id)), static_cast<std::int32_t>(id));
  }

  WordVectors vectors() {
    std::ifstream file(path_, std::ios::binary);
    if (!file.is_open() || file.peek() == std::ifstream::traits_type::eof())
      throw usage_error(path_ +
                        ": error: no such file, or an empty one; expected a word and its numbers a line");
    std::string line;
    while (std::getline(file, line)) {
      ++line_;
      if (line_ == 1 && line.starts_with(utf8::byte_order_mark)) line.erase(0, utf8::byte_order_mark.size());
      if (!line.empty() && line.back() == '\r') line.pop_back();
      const std::string_view trimmed = trim(line);
      if (line_ == 1 && take_first(trimmed)) continue;
      if (!trimmed.empty()) take(trimmed);
    }
    if (file.bad()) throw failure(path_ + ": an error while reading");
    if (header_ && header_->words != words_)
      throw usage_error(fmt::format("{}: the first line says {} words, but there are {}; is the file whole?",
                                    path_, grouped(header_->words), grouped(words_)));
    return std::move(vectors_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw usage_error(fmt::format("{}:{}: error: {}", path_, line_, what));
  }

  /// Whether the line says only how many words and numbers there are.
  bool take_first(std::string_view line) {
    if (packing_of(line) != Packing::none)
      fail("the file is compressed; unpack it, for instance with gzip -d");
    header_ = header_of(line);
    vectors_.columns = header_ ? header_->columns : count_fields(line) - 1;
    if (vectors_.columns < 1 || vectors_.columns > most_columns)
      fail(fmt::format(
          "{} begins the file; expected a word and its numbers, or how many words and numbers there are",
          quote(line)));
    numbers_.resize(as_size(vectors_.columns));
    return header_.has_value();
  }

  void take(std::string_view line) {
    std::string_view word = line;
    for (std::size_t k = numbers_.size(); k-- > 0;) {
      numbers_[k] = take_last_field(word);
      if (numbers_[k].empty())
        fail(fmt::format("expected a word and {} numbers, found {} fields", numbers_.size(),
                         count_fields(line)));
    }
    std::string_view before = word;
    if (words_++ == 0 && parse<double>(take_last_field(before)))
      fail(fmt::format("{} fields, but the first line says {} numbers a word", count_fields(line),
                       numbers_.size()));
    const auto found = ids_.find(std::string(word));
    if (found == ids_.end()) return;
    vectors_.ids.push_back(found->second);
    ids_.erase(found);  // of a word that comes twice the first counts
    for (std::size_t k = 0; k < numbers_.size(); ++k) {
      const auto number = parse<double>(numbers_[k]);
      if (!number || !(std::abs(*number) <= std::numeric_limits<float>::max()))
        fail(fmt::format("number {} is {}; expected a finite number", k + 1, quote(numbers_[k])));
      vectors_.rows.push_back(static_cast<float>(*number));
    }
  }

  std::string path_;
  std::unordered_map<std::string, std::int32_t> ids_;  // of tokens without a vector so far
  WordVectors vectors_;
  std::vector<std::string_view> numbers_;  // of a line
  std::optional<Header> header_;
  Index line_ = 0, words_ = 0;
};

}  // namespace

WordVectors read_word_vectors(const std::string& path, const Tokenizer& tokenizer) {
  return Reading(path, tokenizer).vectors();
}

}  // namespace orochi
