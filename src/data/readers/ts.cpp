#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "data/raw.hpp"

namespace orochi {
namespace {

constexpr std::string_view known_keys =
    "@problemName, @timeStamps, @missing, @univariate, @dimensions, @equalLength, @seriesLength, "
    "@classLabel, @targetLabel, @data";

constexpr std::string_view blank_or_tab = " \t";

struct TsHeader {
  std::vector<std::string> classes;  // of @classLabel true a b c
  std::optional<Index> channels;     // of @univariate true or @dimensions
  std::optional<Index> length;       // of @seriesLength or, with @equalLength, of the first case
  bool equal_length = false;
  bool has_classes = false;  // whether @classLabel was there at all
  bool has_numbers = false;  // @targetLabel true: the last part of a case is a number to be predicted
};

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blank_or_tab);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank_or_tab) - first + 1);
}

/// The part before `separator`, which `rest` then loses together with the separator.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

/// The same up to the first blank or tab.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(blank_or_tab), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::string lower_ascii(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::optional<bool> parse_flag(std::string_view key, std::string_view value, Index line, DataFile& file) {
  const std::string lowered = lower_ascii(value);
  if (lowered == "true" || lowered == "false") return lowered == "true";
  file.error(fmt::format("{} is {}; expected true or false", key, quote(value)), line);
  return std::nullopt;
}

std::optional<Index> parse_count(std::string_view key, std::string_view value, Index line, DataFile& file) {
  Index count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error == std::errc() && end == value.data() + value.size() && count > 0) return count;
  file.error(fmt::format("{} is {}; expected an integer of 1 or more", key, quote(value)), line);
  return std::nullopt;
}

void read_classes(std::string_view value, Index line, TsHeader& header, DataFile& file) {
  header.has_classes = true;
  const std::string_view flag = take_word(value);
  if (!parse_flag("@classLabel", flag, line, file).value_or(true)) {
    file.error("@classLabel is false; expected true and the class names", line);
  }
  while (!value.empty()) {
    const std::string_view name = take_word(value);
    if (!name.empty()) header.classes.emplace_back(name);
  }
}

/// One line of the header that begins with @; @data is the caller's.
void read_key(std::string_view text, Index line, TsHeader& header, DataFile& file) {
  std::string_view value = text;
  const std::string_view key = take_word(value);
  value = trim(value);
  const std::string name = lower_ascii(key);
  if (name == "@problemname" || name == "@missing") return;  // a missing value is found where it is
  if (name == "@timestamps") {
    if (parse_flag(key, value, line, file).value_or(false)) {
      file.error(
          "@timeStamps is true; only equally spaced series without time stamps can be read, remove them",
          line);
    }
  } else if (name == "@univariate") {
    if (parse_flag(key, value, line, file).value_or(false)) header.channels = 1;
  } else if (name == "@dimensions" || name == "@dimension") {
    header.channels = parse_count(key, value, line, file);
  } else if (name == "@equallength") {
    header.equal_length = parse_flag(key, value, line, file).value_or(false);
  } else if (name == "@serieslength") {
    header.length = parse_count(key, value, line, file);
  } else if (name == "@targetlabel") {
    header.has_numbers = parse_flag(key, value, line, file).value_or(false);
  } else if (name == "@classlabel") {
    read_classes(value, line, header, file);
  } else {
    file.error(fmt::format("unknown key {}; known are {}", quote(key), known_keys), line);
  }
}

/// One line below @data, without the `indent` blanks before it.
void read_case(std::string_view text, Index line, Index indent, TsHeader& header, DataFile& file) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return file.error("no \":\" between values and label; expected v,v,v:v,v,v:label", line);
  Record record;
  record.target = trim(text.substr(colon + 1));
  record.line = line;
  record.is_of_text = true;
  std::string wrong = file.targets().check(record.target);
  if (wrong.empty() && !header.classes.empty() &&
      std::find(header.classes.begin(), header.classes.end(), record.target) == header.classes.end()) {
    wrong = fmt::format("label {} is not in @classLabel, which has {}; add it there or correct it",
                        quote(record.target), quote_list(header.classes));
  }
  if (!wrong.empty()) file.error(wrong, line);
  const bool has_label = wrong.empty();
  std::size_t at = 0;
  wrong = parse_case(text.substr(0, colon), record.values, record.channels, &at);
  if (!wrong.empty()) return file.error(wrong, line, indent + static_cast<Index>(at) + 1);
  // The first case says what the header leaves open.
  if (!header.channels) header.channels = record.channels;
  if (record.channels != *header.channels)
    return file.error(fmt::format("{}, but expected {} as in the header or the first case",
                                  counted(record.channels, "dimension"), *header.channels),
                      line);
  const Index length = std::ssize(record.values) / record.channels;
  if (header.equal_length && !header.length) header.length = length;
  if (header.equal_length && length != *header.length) {
    file.error(fmt::format("{}, but with @equalLength true every case has {}; correct one of them",
                           counted(length, "step"), *header.length),
               line);
  }
  if (has_label) file.add(std::move(record));
}

/// The header up to and with @data; returns the number of its last line.
Index read_header(std::string_view& rest, TsHeader& header, DataFile& file) {
  Index line = 1;
  for (bool has_data = false; !has_data; ++line) {
    if (rest.empty()) {
      file.error("no @data line; expected a .ts file: @ keys, @data, then one case a line");
      return line;
    }
    const std::string_view text = trim(take_line(rest));
    has_data = lower_ascii(text) == "@data";
    if (text.empty() || text.starts_with('#') || has_data) continue;
    if (!text.starts_with('@')) {
      file.error(fmt::format("{} before @data; expected a line that begins with @ or #", quote(text)), line);
      rest = {};
      return line;
    }
    read_key(text, line, header, file);
  }
  if (header.has_numbers && !file.targets().are_numbers())
    file.error("@targetLabel marks numbers to be predicted; set task = \"regression\"");
  else if (!header.has_classes && !file.targets().are_numbers())
    file.error("no @classLabel in the header; expected @classLabel true and the class names");
  return line - 1;
}

/// Whether a number that is out of the range of a double is too small for it, not too large: by the place of
/// its first digit other than 0.
bool is_tiny(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  std::string_view power = number.substr(std::min(e + 1, number.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  Index exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error == std::errc::result_out_of_range) return power.starts_with('-');
  const std::size_t first = number.find_first_of("123456789"), point = std::min(number.find('.'), e);
  return exponent < static_cast<Index>(first) - static_cast<Index>(point);
}

/// Reads one number; returns what is wrong with it, or nothing.
std::string parse_value(std::string_view text, float& number) {
  text = trim(text);
  if (text.empty()) return "is empty; fill it in or leave the case out";
  if (text == "?") return "is ? (missing); fill it in or leave the case out";
  if (text.front() == '+' && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return fmt::format("{} is not a number; expected one like -1.5 or 2e-3", quote(text));
  }
  const bool out_of_range = error == std::errc::result_out_of_range;  // of a double; then value is still 0
  const bool too_large = out_of_range && !is_tiny(text);
  number = static_cast<float>(value);
  if (!std::isfinite(value))
    return fmt::format("{} is not finite; fill it in or leave the case out", quote(text));
  if (too_large || !std::isfinite(number))
    return fmt::format("{} is out of the range of a float; expected at most 3.4e38", quote(text));
  return {};
}

/// Reads the values of one dimension; returns what is wrong with them, or nothing.
std::string parse_dimension(std::string_view text, Index dimension, std::vector<float>& series,
                            const char*& at) {
  bool more = true;
  while (more) {
    more = text.find(',') != std::string_view::npos;
    at = text.data();
    const std::string wrong = parse_value(take_part(text, ','), series.emplace_back());
    if (!wrong.empty()) return fmt::format("value {} of dimension {} {}", series.size(), dimension, wrong);
  }
  return {};
}

class TsReader : public Reader {
 public:
  explicit TsReader(const Settings&) {}

  bool is_text() const override { return false; }
  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    TsHeader header;
    Index line = read_header(rest, header, file);
    // A broken header would make an error of every case.
    if (!file.is_good()) return;
    bool has_cases = false;
    BlankLines blanks("a case");
    while (!rest.empty()) {
      const std::string_view whole = take_line(rest), text = trim(whole);
      ++line;
      if (blanks.take(text.empty(), line, file) || text.starts_with('#')) continue;
      has_cases = true;
      read_case(text, line, text.data() - whole.data(), header, file);
    }
    if (!has_cases && file.is_good()) file.error("no case below @data; expected lines v,v,v:label");
  }
};

}  // namespace

std::string parse_case(std::string_view text, std::vector<float>& values, Index& channels, std::size_t* at) {
  const char* const start = text.data();
  std::vector<float> series;  // [channels, T]: one dimension after another, as the format has them
  std::size_t length = 0;
  bool more = true;
  for (channels = 0; more; ++channels) {
    more = text.find(':') != std::string_view::npos;
    std::vector<float> dimension;  // [T]
    const char* place = text.data();
    const std::string_view part = take_part(text, ':');
    const std::string wrong = parse_dimension(part, channels + 1, dimension, place);
    if (at != nullptr) *at = static_cast<std::size_t>((wrong.empty() ? part.data() : place) - start);
    if (!wrong.empty()) return wrong;
    if (channels == 0) length = dimension.size();
    if (dimension.size() != length) {
      return fmt::format("dimension {} has {}, but dimension 1 has {}; expected one a step in each",
                         channels + 1, counted(static_cast<Index>(dimension.size()), "value"), length);
    }
    series.insert(series.end(), dimension.begin(), dimension.end());
  }
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t i = t; i < series.size(); i += length) values.push_back(series[i]);
  }
  return {};
}

void add_ts(Readers& readers) {
  readers.add<TsReader>("ts", "numbers as the UCR/UEA archive has them (sktime, aeon): @ keys, @data, cases");
}

}  // namespace orochi
