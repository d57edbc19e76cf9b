// The file formats that come with Orochi, and reading a file of one of those that a program knows.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/in_table.hpp"
#include "data/data_file.hpp"
#include "data/sniff.hpp"
#include "data/unpack.hpp"

namespace orochi {

Reader::~Reader() = default;

FileSize Reader::size(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  FileSize size;
  // What is wrong with compressed bytes is found again when they are read.
  read_unpacked(file, [&](std::string_view piece) {
    size.sequences += static_cast<double>(std::count(piece.begin(), piece.end(), '\n'));
    size.bytes += static_cast<double>(piece.size());
  });
  if (file.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", path, std::strerror(errno)));
  return size;
}

Readers builtin_readers() {
  Readers readers;
  add_tsv(readers);
  add_csv(readers);
  add_fasttext(readers);
  add_jsonl(readers);
  add_fasta(readers);
  add_hdf5(readers);
  add_ts(readers);
  add_ucr(readers);
  add_arff(readers);
  add_text_lines(readers);
  return readers;
}

namespace {

/// Where another format than the config's explains all errors, it is the one to report; returns whether.
bool report_other_format(const DataConfig& config, const Readers& readers, const Reader& reader,
                         std::string_view beginning, FileErrors& errors) {
  constexpr std::array<std::string_view, 9> known{"tsv",      "csv",   "hdf5", "ts",  "jsonl",
                                                  "fasttext", "fasta", "ucr",  "arff"};
  const std::string& own = config.format.type;
  if (std::find(known.begin(), known.end(), own) == known.end()) return false;
  const Sniffed found = sniff(beginning);
  const auto columns = config.format.options.find("text_columns");
  const bool names_text =
      columns != config.format.options.end() &&
      std::get<std::vector<std::string>>(columns->second) != std::vector<std::string>{"text"};
  const auto delimiter = config.format.options.find("delimiter");
  const bool has_commas =
      delimiter != config.format.options.end() && delimiter->second == OptionValue(std::string(","));
  if (found.is_of_numbers && !reader.is_text() && (own == found.format || has_commas)) return false;
  const bool has_no_text = found.is_of_numbers && !names_text;
  if (found.description.empty() || (found.format == own && !has_no_text) ||
      (found.is_no_text && found.format.empty()))
    return false;
  const bool is_registered = readers.find(found.format) != nullptr;
  std::string remedy = found.advice;
  if (!found.is_config && !errors.is_of_config())
    remedy = fmt::format("the model reads data.format = \"{}\": convert the file to it{}", own,
                         is_registered ? ", or add " + override_for(found) : "");
  else if (has_no_text)
    remedy = fmt::format("set data.format to {} with the names of its columns, as `orochi init {}` writes it",
                         found.setting(), errors.path());
  else if (const std::string convert = errors.convert_for_fellow(); !found.is_config && !convert.empty())
    remedy = convert;
  else if (is_registered)
    remedy = fmt::format("set data.format to {}", found.setting());
  errors.replace(fmt::format("looks like {}, but is read as data.format = \"{}\"; {}",
                             has_no_text ? "a table of numbers" : found.description, own, remedy));
  return true;
}

}  // namespace

std::string disk_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/var/tmp" : folder;
}

Storage storage_of(const DataConfig& config) {
  if (storage_choice.is(config.storage, StorageKind::memory)) return {};
  return Storage::on_disk(disk_folder());
}

std::string format_of_name(const std::string& path) {
  std::filesystem::path name = path;
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  const std::string ending = name.extension().string();
  return ending == ".h5" ? "hdf5" : ending.empty() ? "" : ending.substr(1);
}

RawSplit read_raw(const DataConfig& config, const Readers& readers, const Targets& targets,
                  FileErrors& errors, ReadMode mode) {
  const std::string& format = config.format.type;
  RawSplit raw(storage_of(config));
  raw.path = errors.path();
  FileInMemory file(config, targets, raw, errors, mode);
  const std::unique_ptr<Reader> reader = in_table("data.format", [&] {
    std::unique_ptr<Reader> made = readers.make(config.format);
    made->read(file);
    return made;
  });
  file.finish();
  if (!errors.empty() && report_other_format(config, readers, *reader, file.beginning(), errors)) return raw;
  const std::string by_name = format_of_name(errors.path());
  if (!errors.empty() && readers.find(by_name) != nullptr && by_name != format &&
      sniff(file.beginning()).format != format && std::filesystem::exists(errors.path()))
    errors.add(fmt::format("is read as data.format = \"{}\"; by its name it may be \"{}\"", format, by_name));
  if (errors.empty() && raw.size() == 0) errors.add("no record; expected one or more");
  if (errors.empty() && reader->is_text() != (raw.channels == 0))
    throw failure(fmt::format("the reader \"{}\" gives {}, not what it says that it does", format,
                              raw.channels == 0 ? "texts" : "numbers"));
  return raw;
}

}  // namespace orochi
