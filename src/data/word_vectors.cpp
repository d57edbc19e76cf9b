#include "data/word_vectors.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
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

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// "400000 300": how many words and numbers there are.
std::optional<Index> columns_of_header(std::string_view line) {
  const std::size_t blank = line.find(' ');
  Index words = 0, columns = 0;
  if (blank == std::string_view::npos || !parse(line.substr(0, blank), words) ||
      !parse(line.substr(blank + 1), columns))
    return std::nullopt;
  return columns;
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
      throw usage_error(path_ + ": no such file, or an empty one; expected a word and its numbers a line");
    std::string line;
    while (std::getline(file, line)) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      const std::string_view trimmed = trim(line);
      if (line_ == 1 && take_first(trimmed)) continue;
      if (!trimmed.empty()) take(trimmed);
    }
    if (file.bad()) throw failure(path_ + ": an error while reading");
    return std::move(vectors_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw usage_error(fmt::format("{}:{}: {}", path_, line_, what));
  }

  /// Whether the line says only how many numbers the others have.
  bool take_first(std::string_view line) {
    if (packing_of(line) != Packing::none)
      fail("the file is compressed; unpack it, for instance with gzip -d");
    const std::optional<Index> said = columns_of_header(line);
    vectors_.columns = said ? *said : count_fields(line) - 1;
    if (vectors_.columns < 1 || vectors_.columns > most_columns)
      fail(fmt::format(
          "{} begins the file; expected a word and its numbers, or how many words and numbers there are",
          quote(line)));
    numbers_.resize(as_size(vectors_.columns));
    return said.has_value();
  }

  void take(std::string_view line) {
    std::string_view word = line;
    for (std::size_t k = numbers_.size(); k-- > 0;) {
      const std::size_t before = word.find_last_of(blanks_and_tabs);
      if (before == std::string_view::npos)
        fail(fmt::format("expected a word and {} numbers, found {} fields", numbers_.size(),
                         count_fields(line)));
      numbers_[k] = word.substr(before + 1);
      word = word.substr(0, word.find_last_not_of(blanks_and_tabs, before) + 1);
    }
    const auto found = ids_.find(std::string(word));
    if (found == ids_.end()) return;
    vectors_.ids.push_back(found->second);
    ids_.erase(found);  // what comes again is not taken
    for (std::size_t k = 0; k < numbers_.size(); ++k) {
      float number = 0;
      if (!parse(numbers_[k], number) || !std::isfinite(number))
        fail(fmt::format("number {} is {}; expected a finite number", k + 1, quote(numbers_[k])));
      vectors_.rows.push_back(number);
    }
  }

  std::string path_;
  std::unordered_map<std::string, std::int32_t> ids_;  // of tokens without a vector so far
  WordVectors vectors_;
  std::vector<std::string_view> numbers_;  // of a line
  Index line_ = 0;
};

}  // namespace

WordVectors read_word_vectors(const std::string& path, const Tokenizer& tokenizer) {
  return Reading(path, tokenizer).vectors();
}

}  // namespace orochi
