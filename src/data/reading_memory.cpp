#include "data/reading_memory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/child_process.hpp"
#include "data/hdf5_datasets.hpp"

namespace orochi {
namespace {

// Measured as growth of the peak over load_data, with files of 16 to 30 MB: splice's lines with other
// letters, lines of Python's library one by one and twelve to a text, texts of 1,000 bytes, lines of one
// letter, lines with a word of their own each, digits.ts over and over, HDF5 with 1 to 1,000 rows a sequence,
// plain and compressed. The sums below are 0.7 to 1.5 times what was measured; short lines took 25 to 38
// times the file.
constexpr double per_byte = 3.5;      // of text: the file, its texts, vectors that grow
constexpr double per_sequence = 140;  // label, text, place, checksum
constexpr double per_character = 4;   // a token each, where characters are tokens
constexpr double per_number = 17;     // of HDF5, in both processes

double count_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(1 << 18);
  double lines = 0;
  while (file.read(bytes.data(), std::ssize(bytes)), file.gcount() > 0)
    lines += static_cast<double>(std::count(bytes.begin(), bytes.begin() + file.gcount(), '\n'));
  if (file.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", path, std::strerror(errno)));
  return lines;
}

double text_memory(const DataConfig& config, const Tokenizer& tokenizer, const std::string& path,
                   double bytes) {
  const double lines = count_lines(path);
  const bool has_characters = is_text(config) && !tokenizer.cuts_at_blanks();
  const double characters =
      has_characters ? std::min(bytes, lines * static_cast<double>(config.max_length)) : 0;
  return per_byte * bytes + per_sequence * lines + per_character * characters;
}

/// A compressed file may hold a thousand times its size: its own figures count.
double hdf5_memory(const std::string& path) {
  constexpr int seconds = 10;
  std::uint64_t numbers = 0, sequences = 0;
  const auto send = [&](Sender& sender) {
    const Hdf5Size size = claimed_hdf5_size(path, open_no_more_files);
    sender.number(size.numbers);
    sender.number(size.sequences);
  };
  const ChildEnd end = run_in_child(seconds, send, [&](Receiver& receiver) {
    return receiver.number(numbers) && receiver.number(sequences);
  });
  if (end.kind != ChildEnd::Kind::whole) return 0;
  return per_number * static_cast<double>(numbers) + per_sequence * static_cast<double>(sequences);
}

}  // namespace

double reading_memory(const DataConfig& config, const Tokenizer& tokenizer, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return 0;
  if (config.format == "hdf5") return hdf5_memory(path);
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : text_memory(config, tokenizer, path, static_cast<double>(bytes));
}

}  // namespace orochi
