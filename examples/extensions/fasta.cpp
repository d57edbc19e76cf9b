// FASTA, the text format of DNA and proteins: a line ">LABEL and more", then a sequence in lines of letters.
#include <sstream>

#include <orochi/reader.hpp>

namespace {
class Fasta : public orochi::Reader {
 public:
  explicit Fasta(const orochi::Settings& settings) : label_(settings.integer("label")) {}

  void read(orochi::DataFile& file) const override {
    std::string_view rest = file.text();
    orochi::Record record;
    for (orochi::Index line = 1; !rest.empty(); ++line) {
      const std::string_view text = orochi::take_line(rest);
      if (text.starts_with('>')) {
        if (record.line > 0) file.add(std::move(record));
        record = orochi::Record();
        record.texts.emplace_back();
        std::istringstream words{std::string(text.substr(1))};
        for (orochi::Index i = 0; i < label_; ++i)
          if (!(words >> record.target)) record.target.clear();
        record.line = line;
      } else if (record.line == 0) {
        file.error("expected a line that begins with \">\"", line);
      } else {
        record.texts.front() += text;
      }
    }
    if (record.line > 0) file.add(std::move(record));
  }

 private:
  orochi::Index label_;
};
}  // namespace

void add_fasta(orochi::Readers& readers) {
  readers.add<Fasta>("fasta", "DNA or proteins: a line >LABEL, then lines of letters",
                     {orochi::Option("label", 1, "which word of the > line is the label").from(1)});
}
