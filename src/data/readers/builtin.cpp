// The file formats that come with Orochi, and reading a file of one of those that a program knows.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/in_table.hpp"
#include "data/data_file.hpp"
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
  return readers;
}

std::string RawSplit::location(Index sequence) const {
  if (lines.empty()) return fmt::format("{}: sequence {}", path, sequence);
  return fmt::format("{}:{}", path, lines[static_cast<std::size_t>(sequence)]);
}

RawSplit read_raw(const DataConfig& config, const Readers& readers, const Targets& targets,
                  FileErrors& errors) {
  const std::string& format = config.format.type;
  RawSplit raw;
  raw.path = errors.path();
  FileInMemory file(config, targets, raw, errors);
  const std::unique_ptr<Reader> reader = in_table("data.format", [&] {
    std::unique_ptr<Reader> made = readers.make(config.format);
    made->read(file);
    return made;
  });
  file.finish();
  std::filesystem::path name = errors.path();
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  std::string ending = name.extension().string();
  if (ending == ".h5") ending = ".hdf5";
  const bool is_known = !ending.empty() && readers.find(ending.substr(1)) != nullptr;
  if (!errors.empty() && is_known && ending != "." + format && std::filesystem::exists(errors.path()))
    errors.add(fmt::format("is read as data.format = \"{}\"; by its name it may be \"{}\"", format,
                           ending.substr(1)));
  if (errors.empty() && raw.size() == 0) errors.add("no record; expected one or more");
  if (errors.empty() && reader->is_text() != (raw.channels == 0))
    throw failure(fmt::format("the reader \"{}\" gives {}, not what it says that it does", format,
                              raw.channels == 0 ? "texts" : "numbers"));
  return raw;
}

}  // namespace orochi
