// Readers: what turns a data file into records. To write one for a further text format, derive from Reader,
// take file.text() apart and add a Record for each sequence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/registry.hpp>
#include <orochi/targets.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// One sequence of a data file. All records of a file have as many texts, or channels, as its first.
struct Record {
  std::vector<std::string> texts;  // one, or several that the model takes together; none for numbers
  std::vector<float> values;       // [T, channels], where there are no texts
  Index channels = 0;              // 0 for texts
  std::string target;              // as text: the task parses it
  double weight = 1;               // what the record counts in the loss
  std::string group;               // one group is never on both sides of a split; empty: a group by itself
  Index line = 0;                  // where it begins, from 1; 0 in a file without lines
  Index target_column = 0, text_column = 0;  // bytes of that line, from 1, for errors; 0: not known
  /// Texts and target are parts of DataFile::text() that were cut at ASCII characters: their bytes have been
  /// checked.
  bool is_of_text = false;
  /// All that the file has of it, a field a column: only where DataFile::keeps_fields asks.
  std::vector<std::string> fields = {};
};

/// A data file while a reader reads it: takes the records, and what is wrong with the file. Errors are
/// collected, and shown together by their line.
class DataFile {
 public:
  virtual ~DataFile();

  virtual const std::string& path() const = 0;
  /// The whole file as text, unpacked where it is compressed, in UTF-8 whatever data.encoding says, without a
  /// byte order mark; valid as long as the DataFile. A file that is missing, empty, no text, or has bytes
  /// that are not UTF-8 gets its errors here; what can be read of it may be read on.
  virtual std::string_view text() = 0;
  /// Checks the record and keeps it; its errors are added.
  virtual void add(Record record) = 0;

  /// About the file, or about a line and one of its bytes in text(), counted from 1.
  virtual void error(const std::string& what, Index line = 0, Index column = 0) = 0;
  /// Whole lines that name the file themselves.
  virtual void report(const std::string& lines) = 0;
  /// No errors so far.
  virtual bool is_good() const = 0;

  /// What targets must be.
  virtual const Targets& targets() const = 0;
  /// Whether each record needs a target: a file that is read to be answered may have none.
  virtual bool needs_targets() const { return true; }
  /// Whether a config names the file. Else it is one more for a trained model, and settings for how it is
  /// read are given behind its name.
  virtual bool is_of_config() const { return true; }
  /// Whether records shall have their fields, named by `name_fields`; without names one field, a JSON object.
  virtual bool keeps_fields() const { return false; }
  /// Before the first record: what its fields are called.
  virtual void name_fields(std::vector<std::string> names) { static_cast<void>(names); }
  /// data.encoding: a further text that belongs to the file is written so, too.
  virtual const std::string& encoding() const = 0;
};

/// Takes the next line off `rest`, without its LF or CR LF.
std::string_view take_line(std::string_view& rest);

/// What a file holds, about: for the forecast of memory.
struct FileSize {
  double bytes = 0;      // of text
  double sequences = 0;  // or lines
  double numbers = 0;    // of a file that is no text
};

/// Made from a config's options; const after that.
class Reader {
 public:
  Reader() = default;
  virtual ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Hands every record of the file to file.add, in its order, and what is wrong to file.error; called once a
  /// file.
  virtual void read(DataFile& file) const = 0;
  /// Whether records are texts, not numbers.
  virtual bool is_text() const { return true; }
  /// The label that a line would have if it were one of the file's: who labels lines of text with `predict`
  /// may have left it there. Empty where it has none.
  virtual std::string_view label_of(std::string_view line) const { return static_cast<void>(line), ""; }
  /// Whether a label is known by its place alone, so that in a record without one a value, or a text, is
  /// taken for it.
  virtual bool has_label_by_place() const { return false; }
  /// Whether options name the columns, or keys, of a record; else what it has is known by its place.
  virtual bool names_columns() const { return false; }
  /// Whether a file that begins so is of this format by what the options say, such as a header that names
  /// their columns: where its looks alone do not tell it from lines of text.
  virtual bool recognizes(std::string_view beginning) const { return static_cast<void>(beginning), false; }
  /// Without keeping it. By default its bytes and lines, unpacked; all 0 where it cannot be opened.
  virtual FileSize size(const std::string& path) const;
};

/// A registered reader: the name a config uses, what it reads, its options, how to make it.
struct ReaderEntry {
  std::string name;
  std::string summary;  // one line
  std::vector<Option> options;
  std::function<std::unique_ptr<Reader>(const Settings&)> make;
};

/// The file formats that a program knows: classes whose constructors take a `const Settings&`. A file whose
/// name ends like a format's is expected to be of it.
class Readers : public Registry<ReaderEntry> {};

/// Every reader that comes with Orochi.
Readers builtin_readers();

}  // namespace orochi
#pragma GCC visibility pop
