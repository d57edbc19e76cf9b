#include "data/word_vectors.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/file_errors.hpp"
#include "data/unpack.hpp"

namespace orochi {
namespace {

constexpr Index most_columns = 65536;

Index count_fields(std::string_view line) {
  Index count = 0;
  char before = ' ';
  for (const char c : line) {
    count += c != ' ' && before == ' ';
    before = c;
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
      while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
      if (line_ == 1 && take_first(line)) continue;
      if (!line.empty()) take(line);
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
    return said.has_value();
  }

  void take(std::string_view line) {
    std::string_view numbers = line;
    std::size_t at = line.size();
    for (Index k = 0; k < vectors_.columns; ++k) {
      at = line.find_last_of(' ', at == 0 ? 0 : at - 1);
      if (at == std::string_view::npos || at == 0)
        fail(fmt::format("expected a word and {} numbers, found {} fields", vectors_.columns,
                         count_fields(line)));
    }
    numbers.remove_prefix(at + 1);
    const auto found = ids_.find(std::string(line.substr(0, at)));
    if (found == ids_.end()) return;
    vectors_.ids.push_back(found->second);
    ids_.erase(found);  // what comes again is not taken
    for (Index k = 0; k < vectors_.columns; ++k) {
      const std::string_view field = numbers.substr(0, numbers.find(' '));
      float number = 0;
      if (!parse(field, number) || !std::isfinite(number))
        fail(fmt::format("number {} is {}; expected a finite number", k + 1, quote(field)));
      vectors_.rows.push_back(number);
      numbers.remove_prefix(std::min(field.size() + 1, numbers.size()));
    }
  }

  std::string path_;
  std::unordered_map<std::string, std::int32_t> ids_;  // of tokens without a vector so far
  WordVectors vectors_;
  Index line_ = 0;
};

}  // namespace

WordVectors read_word_vectors(const std::string& path, const Tokenizer& tokenizer) {
  return Reading(path, tokenizer).vectors();
}

}  // namespace orochi
