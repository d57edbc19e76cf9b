// EMBL's flat files of DNA and proteins: lines "KW   LABEL.", lines of letters behind blanks, which end in a
// count, and "//" after each sequence.
#include <cctype>

#include <orochi/reader.hpp>

namespace {
class Embl : public orochi::Reader {
 public:
  explicit Embl(const orochi::Settings& settings) : code_(settings.word("code") + "   ") {}

  void read(orochi::DataFile& file) const override {
    std::string_view rest = file.text();
    orochi::Record record = begin(1);
    for (orochi::Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = orochi::take_line(rest);
      if (text.starts_with(code_)) {
        record.target = text.substr(code_.size());
        if (record.target.ends_with('.')) record.target.pop_back();
      } else if (text.starts_with("  ")) {
        for (const unsigned char c : text)
          if (std::isalpha(c)) record.texts.front() += static_cast<char>(std::toupper(c));
      } else if (text.starts_with("//")) {
        file.add(std::move(record));
        record = begin(line + 1);
      }
    }
    if (!record.texts.front().empty()) file.error("expected // after a sequence", record.line);
  }

 private:
  static orochi::Record begin(orochi::Index line) {
    orochi::Record record;
    record.texts.emplace_back();
    record.line = line;
    return record;
  }
  std::string code_;
};
}  // namespace

void add_embl(orochi::Readers& readers) {
  readers.add<Embl>("embl", "EMBL's flat files",
                    {orochi::Option("code", "KW", "of the line with the label")});
}
