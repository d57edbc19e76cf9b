// Lines of label<TAB>text, without a header.
#include <algorithm>

#include <fmt/format.h>

#include "data/raw.hpp"

namespace orochi {
namespace {

void read_line(std::string_view text, Index line, DataFile& file) {
  const std::size_t tab = text.find('\t');
  if (tab == std::string_view::npos)
    return file.error(
        fmt::format(
            "no tab in {}; expected label<TAB>text{}", quote(text),
            file.targets().are_in_file() ? "" : "; of lines that are a text each set data.format = \"text\""),
        line);
  const std::string_view body = text.substr(tab + 1);
  if (const std::size_t second = body.find('\t'); second != std::string_view::npos) {
    const std::size_t lone = text.find('\r');
    return file.error(lone < tab + 1 + second
                          ? "a carriage return inside a line; expected lines that end in LF or CR LF"
                          : "a second tab; expected label<TAB>text, with blanks for tabs in the text",
                      line, static_cast<Index>(std::min(lone, tab + 1 + second)) + 1);
  }
  Record record;
  record.target = text.substr(0, tab);
  record.texts.emplace_back(body);
  record.line = line;
  record.target_column = 1;
  record.text_column = static_cast<Index>(tab) + 2;
  record.is_of_text = true;
  if (file.keeps_fields()) record.fields = {record.target, record.texts.front()};
  file.add(std::move(record));
}

class TsvReader : public Reader {
 public:
  explicit TsvReader(const Settings&) {}

  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (file.keeps_fields()) file.name_fields({"label", "text"});
    bool has_lines = false;
    BlankLines blanks("label<TAB>text");
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (blanks.take(text.empty(), line, file)) continue;
      has_lines = true;
      read_line(text, line, file);
    }
    if (!has_lines && file.is_good()) file.error("nothing but blank lines; expected label<TAB>text");
  }
  bool has_label_by_place() const override { return true; }
  std::string_view label_of(std::string_view line) const override {
    const std::size_t tab = line.find('\t');
    return tab == std::string_view::npos ? "" : line.substr(0, tab);
  }
};

}  // namespace

void add_tsv(Readers& readers) { readers.add<TsvReader>("tsv", "lines of text: label, tab, text"); }

}  // namespace orochi
