// The UCR archive's lines: a label, then the numbers of one series.
#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/raw.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

class UcrReader : public Reader {
 public:
  explicit UcrReader(const Settings& settings) {
    const std::string delimiter = settings.word("delimiter");
    if (delimiter != "\t" && delimiter != "\\t" && delimiter != ",")
      throw OptionError(
          "delimiter", fmt::format("delimiter is {}; allowed: a tab, \"\\t\", or a comma", quote(delimiter)));
    delimiter_ = delimiter == "," ? ',' : '\t';
  }

  bool is_text() const override { return false; }
  bool has_label_by_place() const override { return true; }
  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    bool has_lines = false;
    BlankLines blanks("a series");
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (blanks.take(trim(text).empty(), line, file)) continue;
      has_lines = true;
      read_line(text, line, file);
    }
    if (!has_lines && file.is_good()) file.error("nothing but blank lines; expected a series a line");
  }

 private:
  const char* name() const { return delimiter_ == ',' ? "comma" : "tab"; }

  /// With a tab for each run of blanks but those at the ends, as the archive's .txt has them.
  static std::string with_tabs(std::string_view text) {
    std::string result;
    for (std::string_view rest = trim(text); !rest.empty(); rest = trim(rest)) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      result += (result.empty() ? "" : "\t") + std::string(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    return result;
  }

  void read_line(std::string_view text, Index line, DataFile& file) const {
    std::string of_blanks;
    if (delimiter_ == '\t' && text.find('\t') == text.npos && trim(text).find(' ') != text.npos)
      text = of_blanks = with_tabs(text);
    const std::size_t end = text.find(delimiter_);
    if (end == std::string_view::npos)
      return file.error(fmt::format("no {0} in {1}; expected a label and numbers with {0}s between "
                                    "(data.format.delimiter)",
                                    name(), quote(text)),
                        line);
    std::string values(without_tail(text.substr(end + 1)));
    // The parser of series reads these two marks otherwise.
    if (const std::size_t at = values.find_first_of(delimiter_ == ',' ? ":" : ":,"); at != std::string::npos)
      return file.error(fmt::format("a {} between numbers; expected a label and numbers with {}s between "
                                    "(data.format.delimiter), and a point in numbers",
                                    quote(values.substr(at, 1)), name()),
                        line, static_cast<Index>(end + 1 + at) + 1);
    if (trim(values).empty()) return file.error("a label and no number; expected a series", line);
    std::replace(values.begin(), values.end(), delimiter_, ',');
    Record record;
    record.target = trim(text.substr(0, end));
    record.line = line;
    record.target_column = 1;
    record.is_of_text = true;
    std::size_t at = 0;
    if (const std::string wrong = parse_case(values, record.values, record.channels, &at); !wrong.empty())
      return file.error(wrong, line, static_cast<Index>(end + 1 + at) + 1);
    file.add(std::move(record));
  }

  /// Without what fills up a series that is shorter than others: NaN, or nothing.
  std::string_view without_tail(std::string_view values) const {
    while (true) {
      const std::size_t last = values.rfind(delimiter_);
      const std::size_t begin = last == std::string_view::npos ? 0 : last + 1;
      const std::string value = lower_ascii(trim(values.substr(begin)));
      if (!value.empty() && value != "nan") return values;
      if (begin == 0) return {};
      values = values.substr(0, last);
    }
  }

  char delimiter_ = '\t';
};

}  // namespace

void add_ucr(Readers& readers) {
  readers.add<UcrReader>(
      "ucr",
      "numbers as the UCR archive has them in .tsv: a label, then a series of one "
      "channel; NaN, or nothing, at the end is left out",
      {Option("delimiter", "\t", "between label and numbers: a tab (or blanks) or a comma")});
}

}  // namespace orochi
