// Plain text, a record a line, for tasks that need no labels.
#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/raw.hpp"

namespace orochi {
namespace {

class TextLines : public Reader {
 public:
  explicit TextLines(const Settings&) {}

  void read(DataFile& file) const override {
    std::string_view rest = file.text();
    if (file.needs_targets())
      return file.error(
          "data.format = \"text\" has no labels, which the task needs; set data.format to one that has, or "
          "task = "
          "\"masked_tokens\" to train without");
    for (Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_line(rest);
      if (utf8::is_blank(text)) continue;  // between paragraphs
      Record record;
      record.texts.emplace_back(text);
      record.line = line;
      record.text_column = 1;
      record.is_of_text = true;
      file.add(std::move(record));
    }
  }
};

}  // namespace

void add_text_lines(Readers& readers) {
  readers.add<TextLines>("text", "lines of plain text, one a sequence, without labels: to pre-train on");
}

}  // namespace orochi
