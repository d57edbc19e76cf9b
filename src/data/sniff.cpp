#include "data/sniff.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <orochi/reader.hpp>

#include "core/utf8.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_lines = 40;
const char* const as_numbers = "write it as .ts (v,v,v:label) or HDF5";

/// The first lines that are not blank, without one that is cut.
std::vector<std::string_view> first_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const bool is_whole = text.find('\n') != std::string_view::npos;
    const std::string_view line = take_line(text);
    if (!trim(line).empty() && (is_whole || lines.empty() || line.size() < 4096)) lines.push_back(line);
  }
  return lines;
}

template <class Condition>
bool all(const std::vector<std::string_view>& lines, const Condition& holds) {
  return std::all_of(lines.begin(), lines.end(), holds);
}

/// A record may be broken.
template <class Condition>
bool most(const std::vector<std::string_view>& lines, const Condition& holds) {
  return std::count_if(lines.begin(), lines.end(), holds) * 5 >= std::ssize(lines) * 4;
}

/// Fields between separators, of which none counts between double quotes; blanks in a row count as one.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') is_quoted = !is_quoted;
    if (i < line.size() && (is_quoted || line[i] != separator)) continue;
    if (separator != ' ' || i > begin) fields.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return fields;
}

bool is_numeric(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;  // NaN, too
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text == "?" ||
         (!text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size());
}

/// A label, which behind a tab may be a word, and two or more numbers.
bool is_series(std::string_view line, char separator) {
  const std::vector<std::string_view> fields = fields_of(line, separator);
  return fields.size() >= 3 &&
         (is_numeric(fields.front()) || (separator == '\t' && !fields.front().empty())) &&
         std::all_of(fields.begin() + 1, fields.end(), is_numeric);
}

bool are_series(const std::vector<std::string_view>& lines, char separator) {
  return all(lines, [&](std::string_view line) { return is_series(line, separator); });
}

/// With tabs between, and of a first line that is no header: one that has numbers.
bool are_mostly_series(const std::vector<std::string_view>& lines) {
  const std::vector<std::string_view> first = fields_of(lines.front(), '\t');
  return std::any_of(first.begin() + 1, first.end(), is_numeric) &&
         most(lines, [](std::string_view line) { return is_series(line, '\t'); });
}

bool is_header(std::string_view line, char separator) {
  const std::vector<std::string_view> fields = fields_of(line, separator);
  return std::count_if(fields.begin(), fields.end(), is_column_name) > 1;
}

bool is_table(const std::vector<std::string_view>& lines, char separator) {
  const std::size_t count = fields_of(lines.front(), separator).size();
  if (count < 2) return false;
  if (is_header(lines.front(), separator)) return true;
  return lines.size() > 1 &&
         all(lines, [&](std::string_view line) { return fields_of(line, separator).size() == count; });
}

Sniffed text_of(const std::string& encoding, bool is_marked) {
  return {encoding + " text", "", "", "convert it, for instance with iconv -f " + encoding + " -t UTF-8",
          is_marked};
}

/// By the bytes of its mark, or by the bytes that are 0 in every letter of ASCII.
Sniffed wide_text(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv))
    return text_of("UTF-32", true);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return text_of("UTF-16", true);
  text = text.substr(0, std::min<std::size_t>(text.size() / 4 * 4, 400));
  std::array<std::size_t, 4> zeros{};
  for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 4] += text[i] == 0 ? 1 : 0;
  const std::size_t most = text.size() / 4;
  const auto is_zero = [&](std::size_t i) { return zeros[i] * 10 > most * 9; };
  const auto is_letter = [&](std::size_t i) { return zeros[i] * 10 < most; };
  if (most < 2 || (!is_letter(0) && !is_letter(3) && !is_letter(1))) return {};
  if (is_zero(1) && is_zero(2)) return text_of(is_zero(3) ? "UTF-32LE" : "UTF-32BE", false);
  if (is_zero(1) && is_zero(3)) return text_of("UTF-16LE", false);
  if (is_zero(0) && is_zero(2)) return text_of("UTF-16BE", false);
  return {};
}

Sniffed no_text(std::string_view bytes) {
  if (bytes.starts_with("\x89HDF\r\n\x1A\n")) return {"HDF5", "hdf5", "\"hdf5\"", "", true};
  if (bytes.starts_with("\x1F\x8B"))
    return {"a file compressed with gzip", "", "", "unpack it with gzip -d", true};
  if (bytes.starts_with("\x28\xB5\x2F\xFD"))
    return {"a file compressed with Zstandard", "", "", "unpack it with zstd -d", true};
  if (bytes.starts_with("PK\x03\x04"))
    return {"a ZIP archive or an office document", "", "", "unpack it or save it as text", true};
  if (bytes.starts_with("PAR1")) return {"Parquet", "", "", "write it as JSON Lines or CSV", false};
  return wide_text(bytes);
}

/// By the key of its first line that is neither blank nor a comment: .ts and ARFF.
Sniffed with_keys(const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    const std::string_view text = trim(line);
    if (text.starts_with('#') || text.starts_with('%')) continue;
    const std::string key = lower_ascii(text.substr(0, text.find_first_of(blanks_and_tabs)));
    if (key == "@relation" || key == "@attribute")
      return {"ARFF: @relation, @attribute, @data", "arff", "\"arff\"", as_numbers};
    for (const char* of_ts : {"@problemname", "@timestamps", "@missing", "@univariate", "@dimensions",
                              "@dimension", "@equallength", "@serieslength", "@classlabel", "@targetlabel"})
      if (key == of_ts) return {".ts: @ keys, @data, cases", "ts", "\"ts\"", ""};
    return {};
  }
  return {};
}

/// Section headers of ours, and all lines TOML as far as can be told from one alone.
Sniffed config_of(const std::vector<std::string_view>& lines) {
  const auto is_header = [](std::string_view line) { return line.starts_with('[') && line.ends_with(']'); };
  const auto is_of_ours = [&](std::string_view line) {
    line = trim(line);
    for (const char* name : {"[data", "[model", "[train", "[task"})
      if (line.starts_with(name) && is_header(line)) return true;
    return false;
  };
  const auto could_begin = [&](std::string_view line) {
    line = trim(line);
    return line.starts_with('#') || is_header(line) || line.find('=') != std::string_view::npos;
  };
  Sniffed found;
  found.is_config = could_begin(lines.front()) && std::ranges::any_of(lines, is_of_ours);
  if (!found.is_config) return found;
  found.description = "a configuration (TOML)";
  found.advice = "name a file of data: a configuration says in data.train which it is for";
  return found;
}

Sniffed lines_of_marks(const std::vector<std::string_view>& lines) {
  const auto begins = [](char c) { return [c](std::string_view line) { return trim(line).starts_with(c); }; };
  if (begins('{')(lines.front()) && most(lines, begins('{')))
    return {"JSON Lines: an object a line", "jsonl", "\"jsonl\"",
            "write it as label, tab, text", false,   Layout::objects};
  if (begins('[')(lines.front()) && lines.front().find('\t') == std::string_view::npos)
    return {"JSON: one list",
            "jsonl",
            "\"jsonl\"",
            "write an object a line, for instance with jq -c '.[]'",
            false,
            Layout::one_list};
  if (most(lines, [](std::string_view line) { return line.starts_with("__label__"); }))
    return {"fastText's lines: __label__NAME text", "fasttext", "\"fasttext\"",
            "write it as label, tab, text",         false,      Layout::label_marks};
  if (begins('>')(lines.front()) && lines.size() > 1 &&
      lines[1].find_first_of(" \t,") == std::string_view::npos)
    return {"FASTA: headers that begin with >", "fasta", "\"fasta\"", "write it as label, tab, sequence"};
  return {};
}

Sniffed fields(const std::vector<std::string_view>& lines) {
  if (are_mostly_series(lines) || are_series(lines, ' '))
    return {"numeric series, a label and its values a line, as the UCR archive's .tsv", "ucr", "\"ucr\"",
            as_numbers};
  if (are_series(lines, ','))
    return {
        "numeric series with commas between", "", "",
        std::string(as_numbers) +
            ", or, where the label is first in each line, set data.format to {type = \"ucr\", delimiter = "
            "\",\"}"};
  if (is_header(lines.front(), '\t'))
    return table_of_tabs("a table with a header line and tabs between its columns");
  const auto tabs_of = [](std::string_view line) { return std::count(line.begin(), line.end(), '\t'); };
  const auto with_tab =
      std::count_if(lines.begin(), lines.end(), [&](auto line) { return tabs_of(line) > 0; });
  const auto with_one =
      std::count_if(lines.begin(), lines.end(), [&](auto line) { return tabs_of(line) == 1; });
  if (with_one * 5 >= std::ssize(lines) * 4)
    return {"lines of label, tab, text", "tsv", "\"tsv\"", "", false, Layout::label_tab_text};
  if (with_tab > 0) {
    if (!is_table(lines, '\t')) return {};
    Sniffed found = table_of_tabs("a table with tabs between its columns");
    found.is_by_tabs_alone = true;
    return found;
  }
  const auto columns = [&](char separator) { return fields_of(lines.front(), separator).size(); };
  // Of 1;2,5;a the commas are within numbers.
  const bool is_semicolons = is_table(lines, ';') && columns(';') > columns(',');
  if (!is_semicolons && is_table(lines, ','))
    return {"CSV: commas between fields", "csv", "\"csv\"", "", false, Layout::table, ','};
  if (is_semicolons || is_table(lines, ';'))
    return {"CSV with semicolons between fields",
            "csv",
            "{type = \"csv\", delimiter = \";\"}",
            "",
            false,
            Layout::table,
            ';'};
  return {};
}

}  // namespace

std::string override_for(const Sniffed& found) {
  if (!found.setting.starts_with('{')) return "data.format=" + found.format;
  return "'data.format=" + found.setting + "'";
}

Sniffed table_of_tabs(const std::string& description) {
  return {description, "csv", "{type = \"csv\", delimiter = \"\\t\"}", "", false, Layout::table, '\t'};
}

Sniffed sniff(std::string_view beginning) {
  if (Sniffed found = no_text(beginning); !found.description.empty()) return found;
  if (beginning.starts_with(utf8::byte_order_mark)) beginning.remove_prefix(utf8::byte_order_mark.size());
  const std::vector<std::string_view> lines = first_lines(beginning);
  if (lines.empty()) return {};
  if (Sniffed found = config_of(lines); found.is_config) return found;
  if (Sniffed found = with_keys(lines); !found.description.empty()) return found;
  if (Sniffed found = lines_of_marks(lines); !found.description.empty()) return found;
  return fields(lines);
}

bool is_column_name(std::string_view field) {
  constexpr std::size_t longest = 24;
  constexpr std::array<std::string_view, 46> names{
      "label",     "labels",   "class",   "category",   "target",   "tag",      "tags",        "sentiment",
      "intent",    "topic",    "genre",   "emotion",    "polarity", "rating",   "stars",       "score",
      "lang",      "language", "species", "text",       "texts",    "sentence", "sentences",   "body",
      "content",   "review",   "message", "sequence",   "seq",      "document", "comment",     "tweet",
      "utterance", "question", "answer",  "title",      "abstract", "headline", "description", "summary",
      "input",     "output",   "premise", "hypothesis", "phrase",   "prompt"};
  field = trim(field);
  if (field.size() > 1 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  if (field.size() > longest) return false;
  // Of "review_text" and "sentence1" a part.
  std::string lowered = lower_ascii(field);
  while (!lowered.empty()) {
    const std::size_t end = std::min(lowered.find_first_of("_-.0123456789"), lowered.size());
    if (std::find(names.begin(), names.end(), std::string_view(lowered).substr(0, end)) != names.end())
      return true;
    lowered.erase(0, end + 1);
  }
  return false;
}

}  // namespace orochi
