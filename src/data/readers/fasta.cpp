// FASTA: a header of each sequence, then its letters on any number of lines.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/data_file.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

// std::regex calls itself for every character; headers of databases have some hundreds.
constexpr std::size_t longest_header = 2000;

/// The labels of a second file, by the names of the sequences.
class LabelFile {
 public:
  /// What is wrong with it is reported to `file`.
  LabelFile(const std::string& path, DataFile& file) : path_(path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      file.report(path + ": no such file; data.format.labels is relative to the data file's folder");
      return;
    }
    RawSplit none;
    FileErrors errors(path);
    DataConfig config;
    config.encoding = file.encoding();
    FileInMemory contents(config, file.targets(), none, errors);
    std::string_view rest = contents.text();
    BlankLines blank_lines("name<TAB>label");
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (!blank_lines.take(text.empty(), line, contents)) add(text, line, errors);
    }
    if (!errors.empty()) file.report(errors.report());
  }

  const std::string* find(std::string_view name) const {
    const auto found = labels_.find(std::string(name));
    return found == labels_.end() ? nullptr : &found->second;
  }
  const std::string& path() const { return path_; }

 private:
  void add(std::string_view text, Index line, FileErrors& errors) {
    const std::size_t tab = text.find('\t');
    if (tab == std::string_view::npos || text.find('\t', tab + 1) != std::string_view::npos)
      return errors.add(fmt::format("{} in {}; expected name<TAB>label",
                                    tab == std::string_view::npos ? "no tab" : "a second tab", quote(text)),
                        line);
    const std::string_view name = text.substr(0, tab);
    if (!labels_.emplace(name, text.substr(tab + 1)).second)
      errors.add(fmt::format("the name {} is there twice; remove one", quote(name)), line);
  }

  std::string path_;
  std::unordered_map<std::string, std::string> labels_;
};

/// One sequence while its lines are read.
struct Entry {
  Index line = 0;           // of the header
  std::string_view header;  // without ">" and blanks around it
  std::string letters;
  bool has_ended = false;  // by a "*"
};

class FastaReader : public Reader {
 public:
  explicit FastaReader(const Settings& settings)
      : pattern_(settings.word("label_pattern")),
        labels_(settings.word("labels")),
        folds_(settings.flag("fold_case")) {
    if (pattern_.empty()) return;
    try {
      regex_.assign(pattern_, std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
      throw OptionError("label_pattern",
                        fmt::format("label_pattern is {}, which is no regular expression: {}",
                                    quote(pattern_), error.what()));
    }
    if (regex_.mark_count() != 1)
      throw OptionError(
          "label_pattern",
          fmt::format("label_pattern is {}, which has {}; allowed: one, (...), around the label",
                      quote(pattern_), counted(static_cast<Index>(regex_.mark_count()), "group")));
  }

  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (rest.empty()) return;
    std::optional<LabelFile> labels;
    if (!labels_.empty())
      labels.emplace((std::filesystem::path(file.path()).parent_path() / labels_).string(), file);
    // Without its labels every sequence would be an error of its own.
    if (labels && !file.is_good()) return;
    std::optional<Entry> entry;
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view whole = take_line(rest), text = trim(whole);
      if (text.empty() || text.starts_with(';')) continue;
      const auto column = static_cast<Index>(text.data() - whole.data()) + 1;
      if (text.starts_with('>')) {
        if (entry) add(*entry, labels, file);
        entry = Entry{line, trim(text.substr(1)), {}, false};
      } else if (!entry) {
        return file.error(
            fmt::format("{} before the first header; expected FASTA: >NAME, then lines of letters",
                        quote(text)),
            line);
      } else {
        append(text, line, column, *entry, file);
      }
    }
    if (entry) add(*entry, labels, file);
    if (!entry && file.is_good()) file.error("no header; expected FASTA: >NAME, then lines of letters");
  }

 private:
  /// One line of letters. Blanks between them are layout, as in GenBank's blocks of ten.
  void append(std::string_view text, Index line, Index column, Entry& entry, DataFile& file) const {
    for (std::size_t i = 0; i < text.size(); ++i) {
      char c = text[i];
      if (blanks_and_tabs.find(c) != std::string_view::npos) continue;
      const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
      if (entry.has_ended || (!is_letter && c != '*'))
        return file.error(
            entry.has_ended
                ? std::string("letters behind the * that ends a sequence; expected a header, >NAME")
                : fmt::format("{} in a sequence; expected letters, - and .", quote(utf8_at(text, i))),
            line, column + static_cast<Index>(i));
      if (c == '*') {
        entry.has_ended = true;
        continue;
      }
      if (folds_ && c >= 'a') c = static_cast<char>(c - 'a' + 'A');
      entry.letters += c;
    }
  }
  /// The whole character that begins there.
  static std::string_view utf8_at(std::string_view text, std::size_t at) {
    text.remove_prefix(at);
    return utf8::take(text).bytes;
  }

  void add(Entry& entry, const std::optional<LabelFile>& labels, DataFile& file) const {
    Record record;
    record.line = entry.line;
    const std::string wrong =
        labels ? find_label(entry.header, *labels, record.target) : match_label(entry.header, record.target);
    if (!wrong.empty() && file.needs_targets()) return file.error(wrong, entry.line);
    if (entry.letters.empty())
      return file.error("a header without a sequence; expected letters on the lines below it", entry.line);
    record.texts.push_back(std::move(entry.letters));
    file.add(std::move(record));
  }

  static std::string find_label(std::string_view header, const LabelFile& labels, std::string& label) {
    const std::string_view name = header.substr(0, header.find_first_of(blanks_and_tabs));
    const std::string* found = labels.find(name);
    if (found == nullptr)
      return fmt::format("sequence {} has no label in {}; add a line name<TAB>label there", quote(name),
                         labels.path());
    label = *found;
    return {};
  }

  std::string match_label(std::string_view header, std::string& label) const {
    constexpr const char* remedy =
        "set data.format.label_pattern to what finds it, or data.format.labels to a file of lines "
        "name<TAB>label";
    if (pattern_.empty()) {
      const std::size_t end = header.find_last_of("| \t");
      if (end == std::string_view::npos)
        return fmt::format("no label in the header {}: it has no blank or bar; {}", quote(header), remedy);
      label = header.substr(end + 1);
      return {};
    }
    if (header.size() > longest_header)
      return fmt::format(
          "a header of {}; expected at most {} where data.format.label_pattern is set; shorten it",
          counted(std::ssize(header), "byte"), grouped(longest_header));
    std::cmatch match;
    try {
      if (!std::regex_search(header.data(), header.data() + header.size(), match, regex_))
        return fmt::format("no label in the header {} by {}; {}", quote(header), quote(pattern_), remedy);
    } catch (const std::regex_error& error) {
      return fmt::format("data.format.label_pattern cannot be tried on the header {}: {}", quote(header),
                         error.what());
    }
    label = match[1].str();
    return {};
  }

  std::string pattern_, labels_;
  bool folds_;
  std::regex regex_;
};

}  // namespace

void add_fasta(Readers& readers) {
  readers.add<FastaReader>(
      "fasta", "sequences of letters (DNA, proteins): a header >NAME LABEL, then lines of letters",
      {Option("label_pattern", "",
              "regular expression (ECMAScript) whose one group is the label in a header; empty: what follows "
              "the last blank or bar"),
       Option("labels", "",
              "file of lines name<TAB>label, relative to the data file's folder, in place of the headers' "
              "labels"),
       Option("fold_case", false, "take small letters, which may mark masked parts, for capitals")});
}

}  // namespace orochi
