#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/read_number.hpp"
#include "data/raw.hpp"
#include "data/readers/labels.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

constexpr std::string_view known_keys =
    "@problemName, @timeStamps, @missing, @univariate, @dimensions, @equalLength, @seriesLength, "
    "@classLabel, @targetLabel, @data";

struct TsHeader {
  std::vector<std::string> classes;  // of @classLabel true a b c
  std::set<Index> claimed_channels;  // of @univariate true and @dimensions
  std::optional<Index> channels;     // what they agree on, or of the first case
  std::optional<Index> length;       // of @seriesLength or, with @equalLength, of the first case
  bool equal_length = false;
  Index no_classes_line = 0;      // of @classLabel false
  Index numbers_line = 0;         // of @targetLabel true: a case ends with a number to be predicted
  std::set<std::string> unknown;  // labels that are not of `classes`: each is an error once
  std::map<std::string, std::string> values;  // by key
};

/// The part up to the first blank or tab, which `rest` then loses together with that one.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(blanks_and_tabs), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<bool> parse_flag(std::string_view key, std::string_view value, Index line, DataFile& file) {
  const std::string lowered = lower_ascii(value);
  if (lowered == "true" || lowered == "false") return lowered == "true";
  file.error(fmt::format("{} is {}; expected true or false", key, quote(value)), line);
  return std::nullopt;
}

std::optional<Index> parse_count(std::string_view key, std::string_view value, Index line, DataFile& file) {
  const auto count = read_number<Index>(value);
  if (count && *count > 0) return count;
  file.error(fmt::format("{} is {}; expected an integer of 1 or more", key, quote(value)), line);
  return std::nullopt;
}

bool is_comment(std::string_view text) { return text.starts_with('#') || text.starts_with('%'); }

void read_classes(std::string_view value, Index line, TsHeader& header, DataFile& file) {
  const std::string_view flag = take_word(value);
  if (!parse_flag("@classLabel", flag, line, file).value_or(true)) header.no_classes_line = line;
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
  if (const auto [above, is_new] = header.values.try_emplace(name, value); !is_new && above->second != value)
    return file.error(
        fmt::format("{} is {}, but {} above; keep one of them", key, quote(value), quote(above->second)),
        line);
  if (name == "@problemname" || name == "@missing") return;  // a missing value is found where it is
  if (name == "@timestamps") {
    if (parse_flag(key, value, line, file).value_or(false)) {
      file.error(
          "@timeStamps is true; only equally spaced series without time stamps can be read, remove them and "
          "set it to false",
          line);
    }
  } else if (name == "@univariate") {
    if (parse_flag(key, value, line, file).value_or(false)) header.claimed_channels.insert(1);
  } else if (name == "@dimensions" || name == "@dimension") {
    if (const auto count = parse_count(key, value, line, file)) header.claimed_channels.insert(*count);
  } else if (name == "@equallength") {
    header.equal_length = parse_flag(key, value, line, file).value_or(false);
  } else if (name == "@serieslength") {
    header.length = parse_count(key, value, line, file);
  } else if (name == "@targetlabel") {
    if (parse_flag(key, value, line, file).value_or(false)) header.numbers_line = line;
  } else if (name == "@classlabel") {
    read_classes(value, line, header, file);
  } else {
    file.error(fmt::format("unknown key {}; known are {}", quote(key), known_keys), line);
  }
}

/// Whether the label of a case is right; what is wrong with one that comes again is told once.
bool check_label(const std::string& label, Index line, TsHeader& header, DataFile& file) {
  if (!file.needs_targets()) return true;
  const std::vector<std::string>& classes = header.classes;
  if (const std::string wrong = file.targets().check(label); !wrong.empty())
    return file.error(wrong, line), false;
  if (classes.empty() || std::find(classes.begin(), classes.end(), label) != classes.end()) return true;
  const bool is_of_words = label.find_first_of(blanks_and_tabs) != std::string::npos;
  if (!header.unknown.insert(is_of_words ? " " : label).second) return false;
  if (!is_of_words) return file.error(unlisted_label(label, classes, "@classLabel"), line), false;
  std::string joined = label;
  for (char& c : joined)
    if (blanks_and_tabs.find(c) != std::string_view::npos) c = '_';
  file.error(fmt::format("label {} holds a blank, but blanks in @classLabel part the class names, which are "
                         "{}; write {} there and in every case",
                         quote(label), quote_list(classes), quote(joined)),
             line);
  return false;
}

/// One line below @data, without the `indent` blanks before it.
void read_case(std::string_view text, Index line, Index indent, TsHeader& header, DataFile& file) {
  const bool is_unlabelled = header.no_classes_line > 0 && header.numbers_line == 0;
  const std::size_t colon = is_unlabelled ? text.size() : text.rfind(':');
  if (colon == std::string_view::npos)
    return file.error("no \":\" between values and label; expected v,v,v:v,v,v:label", line);
  Record record;
  if (!is_unlabelled) record.target = trim(text.substr(colon + 1));
  record.line = line;
  record.is_of_text = true;
  const bool has_label = check_label(record.target, line, header, file);
  std::size_t at = 0;
  if (const std::string wrong = parse_case(text.substr(0, colon), record.values, record.channels, &at);
      !wrong.empty())
    return file.error(wrong, line, indent + static_cast<Index>(at) + 1);
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

/// What the keys of a header say together.
void check_header(TsHeader& header, DataFile& file) {
  // Files of the archive say both "@univariate true" and "@dimensions 3": then the first case counts.
  if (header.claimed_channels.size() == 1) header.channels = *header.claimed_channels.begin();
  const bool are_numbers = file.targets().are_numbers();
  if (header.numbers_line > 0 && !header.classes.empty())
    return file.error("@targetLabel is true, but @classLabel names classes; remove one of the two lines",
                      header.numbers_line);
  if (header.numbers_line > 0 && !are_numbers && file.targets().are_in_file())
    file.error(fmt::format("@targetLabel marks numbers to be predicted; {}",
                           file.is_of_config() ? "set task = \"regression\""
                                               : "the model answers with labels: give a file that has such"),
               header.numbers_line);
  else if (header.no_classes_line > 0 && header.numbers_line == 0 && file.needs_targets())
    file.error(are_numbers ? "@classLabel is false; expected @targetLabel true: a number behind every case"
                           : "@classLabel is false; expected true: a label behind every case",
               header.no_classes_line);
}

/// The header up to and with @data; returns the number of its last line.
Index read_header(std::string_view& rest, TsHeader& header, DataFile& file) {
  for (Index line = 1; !rest.empty(); ++line) {
    const std::string_view text = trim(take_line(rest));
    if (text.empty() || is_comment(text)) continue;
    if (!text.starts_with('@')) {
      file.error(
          fmt::format("{} before @data; expected a line that begins with @, # or %, and @data above cases",
                      quote(text)),
          line);
      return line;
    }
    if (lower_ascii(text.substr(0, text.find_first_of(blanks_and_tabs))) != "@data") {
      read_key(text, line, header, file);
      continue;
    }
    if (text.find_first_of(blanks_and_tabs) != std::string_view::npos)
      file.error(
          fmt::format("{} follows @data, which is alone on its line; the first case is on the next one",
                      quote(trim(text.substr(text.find_first_of(blanks_and_tabs))))),
          line);
    check_header(header, file);
    return line;
  }
  file.error("no @data line; expected a .ts file: @ keys, @data, then one case a line");
  return 0;
}

class TsReader : public Reader {
 public:
  explicit TsReader(const Settings&) {}

  bool is_text() const override { return false; }
  bool has_label_by_place() const override { return true; }
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
      if (!has_cases && text.empty()) continue;
      if (blanks.take(text.empty(), line, file) || is_comment(text)) continue;
      has_cases = true;
      read_case(text, line, text.data() - whole.data(), header, file);
    }
    if (!has_cases && file.is_good()) file.error("no case below @data; expected lines v,v,v:label");
  }
};

}  // namespace

void add_ts(Readers& readers) {
  readers.add<TsReader>("ts", "numbers as the UCR/UEA archive has them (sktime, aeon): @ keys, @data, cases");
}

}  // namespace orochi
