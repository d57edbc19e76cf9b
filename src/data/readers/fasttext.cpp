// fastText's lines: labels that begin with a prefix, then text.
#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/raw.hpp"
#include "data/readers/labels.hpp"

namespace orochi {
namespace {

constexpr std::string_view white_space = " \t\v\f\r";

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(white_space), rest.size()));
}

std::string_view word_of(std::string_view rest) { return rest.substr(0, rest.find_first_of(white_space)); }

class FastTextReader : public Reader {
 public:
  explicit FastTextReader(const Settings& settings) : prefix_(settings.word("prefix")) {
    if (prefix_.empty() || prefix_.find_first_of(white_space) != std::string::npos)
      throw OptionError(
          "prefix",
          fmt::format("prefix is {}; allowed: what every label begins with, without blanks", quote(prefix_)));
  }

  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    const std::string expected = prefix_ + "NAME and text";
    BlankLines blank_lines(expected);
    bool has_labels = false, has_lines = false;
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (blank_lines.take(text.empty(), line, file)) continue;
      has_lines = true;
      if (read_line(text, line, file)) has_labels = true;
    }
    if (!file.is_good()) return;
    if (!has_lines) return file.error("nothing but blank lines; expected " + expected);
    if (!has_labels && file.needs_targets())
      file.error(fmt::format("no line begins with {}; expected labels that do (data.format.prefix)",
                             quote(prefix_)));
  }
  std::string_view label_of(std::string_view line) const override {
    skip_blanks(line);
    const std::string_view word = word_of(line);
    return word.starts_with(prefix_) ? word.substr(prefix_.size()) : "";
  }

 private:
  /// Whether the line has a label.
  bool read_line(std::string_view text, Index line, DataFile& file) const {
    Record record;
    record.line = line;
    record.is_of_text = true;
    std::vector<std::string> labels;
    std::string_view rest = text;
    const auto column = [&] { return static_cast<Index>(rest.data() - text.data()) + 1; };
    for (skip_blanks(rest); word_of(rest).starts_with(prefix_); skip_blanks(rest)) {
      if (labels.empty()) record.target_column = column();
      labels.emplace_back(word_of(rest).substr(prefix_.size()));
      rest.remove_prefix(word_of(rest).size());
    }
    record.text_column = column();
    record.texts.emplace_back(rest);
    if (const std::string wrong = error_of(labels, rest, file, record.target); !wrong.empty()) {
      file.error(wrong, line, rest.empty() ? 0 : std::max<Index>(record.target_column, 1));
    } else if (const std::size_t late = find_label(rest); late != std::string_view::npos) {
      // fastText takes such a word for a label: as text it would give the answer away.
      file.error(fmt::format("{} follows text; move all labels to the line's start",
                             quote(word_of(rest.substr(late)))),
                 line, record.text_column + static_cast<Index>(late));
    } else {
      file.add(std::move(record));
    }
    return !labels.empty();
  }

  std::string error_of(const std::vector<std::string>& labels, std::string_view text, const DataFile& file,
                       std::string& target) const {
    const Targets& targets = file.targets();
    if (labels.empty() && !targets.check("").empty())  // some tasks take sequences without labels
      return fmt::format("no label; expected {}NAME before the text (data.format.prefix)", prefix_);
    if (!labels.empty() && text.empty()) return "labels and no text; expected text behind them";
    if (!targets.are_in_file()) return "";
    const std::string wrong = join_labels(labels, targets, target);
    if (!wrong.empty()) target.clear();
    return file.needs_targets() ? wrong : "";  // labels that nobody needs are ignored
  }

  /// Where a word of the text begins like a label.
  std::size_t find_label(std::string_view text) const {
    std::size_t at = text.find(prefix_);
    while (at != std::string_view::npos && at > 0 && white_space.find(text[at - 1]) == std::string_view::npos)
      at = text.find(prefix_, at + 1);
    return at;
  }

  std::string prefix_;
};

}  // namespace

void add_fasttext(Readers& readers) {
  readers.add<FastTextReader>("fasttext",
                              "lines of text as fastText has them: __label__NAME, one or several, then text",
                              {Option("prefix", "__label__", "what every label begins with")});
}

}  // namespace orochi
