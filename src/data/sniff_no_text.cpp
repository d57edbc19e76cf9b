#include <algorithm>
#include <array>
#include <numeric>

#include "core/utf8.hpp"
#include "data/readers/words.hpp"
#include "data/sniff.hpp"

namespace orochi {
namespace {

Sniffed text_of(const std::string& encoding, bool is_marked) {
  return {.description = encoding + " text",
          .advice = "convert it, for instance with iconv -f " + encoding + " -t UTF-8",
          .is_no_text = is_marked};
}

/// By the bytes of its mark, or by the bytes that are 0 in every letter of ASCII.
Sniffed wide_text(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv))
    return text_of("UTF-32", true);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return text_of("UTF-16", true);
  text = text.substr(0, std::min<std::size_t>(text.size() / 4 * 4, 400));
  std::array<std::size_t, 4> zeros{};
  for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 4] += text[i] == 0 ? 1 : 0;
  const std::size_t most = text.size() / 4;
  const auto is_zero = [&](std::size_t i) { return zeros[i] * 10 > most * 9; };
  const auto is_letter = [&](std::size_t i) { return zeros[i] * 10 < most; };
  if (most < 2 || (!is_letter(0) && !is_letter(3) && !is_letter(1))) return {};
  if (is_zero(1) && is_zero(2)) return text_of(is_zero(3) ? "UTF-32LE" : "UTF-32BE", false);
  if (is_zero(1) && is_zero(3)) return text_of("UTF-16LE", false);
  if (is_zero(0) && is_zero(2)) return text_of("UTF-16BE", false);
  return {};
}

struct Kind {
  std::string_view mark;
  const char *description, *advice;
  std::size_t at = 0;  // byte of the file where the mark is
};

constexpr const char* as_records = "write it as JSON Lines or CSV";
constexpr const char* as_arrays =
    "write it as HDF5 with the datasets values, offsets and labels (data.format = \"hdf5\")";
constexpr const char* of_page = "download the data itself; the page may say why it did not come";
/// What `is_binary` does not tell, or not with what to do.
constexpr std::array<Kind, 19> kinds{{
    {"\x1F\x8B", "a file compressed with gzip", "unpack it with gzip -d"},
    {"\x28\xB5\x2F\xFD", "a file compressed with Zstandard", "unpack it with zstd -d"},
    {"\xFD"
     "7zXZ",
     "a file compressed with xz", "unpack it with xz -d, or use gzip or Zstandard, which can be read"},
    {"1AY&SY", "a file compressed with bzip2",
     "unpack it with bzip2 -d, or use gzip or Zstandard, which can be read", 4},
    {"ustar", "a tar archive", "unpack it with tar -xf and name a file that was in it", 257},
    {"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "unpack it with 7z x and name a file that was in it"},
    {"PK\x03\x04", "a ZIP archive or an office document", "unpack it or save it as text"},
    {"\xD0\xCF\x11\xE0", "an old office document, such as .xls", "save it as CSV"},
    {"%PDF-", "PDF", "write what is in it as lines of label, tab, text"},
    {"PAR1\x15", "Parquet", as_records},
    {"\x80\x02", "a Python pickle", as_records},
    {"\x80\x03", "a Python pickle", as_records},
    {"\x80\x04", "a Python pickle", as_records},
    {"\x80\x05", "a Python pickle", as_records},
    {"\x93NUMPY", "a NumPy array", as_arrays},
    {"version https://git-lfs", "Git LFS's pointer to a file", "fetch the file itself with git lfs pull"},
    {"<!doctype html", "a page in HTML", of_page},
    {"<html", "a page in HTML", of_page},
    {"<?xml", "XML", as_records},
}};

/// In lower case, behind a byte order mark and white space: pages begin in many ways.
std::string first_letters(std::string_view bytes) {
  if (bytes.starts_with(utf8::byte_order_mark)) bytes.remove_prefix(utf8::byte_order_mark.size());
  return lower_ascii(bytes.substr(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size())).substr(0, 24));
}

/// No text has so many zeros, or so many different control characters in so few bytes: what was gathered from
/// the web may have some of each.
bool is_binary(std::string_view bytes) {
  constexpr std::size_t shortest = 64, most_different = 8;
  std::array<std::size_t, 32> counts{};
  for (const char byte : bytes)
    if (const auto code = static_cast<unsigned char>(byte); code < 32) ++counts[code];
  for (const char of_text : std::string_view("\t\n\v\f\r")) counts[static_cast<unsigned char>(of_text)] = 0;
  const auto different = static_cast<std::size_t>(32 - std::ranges::count(counts, 0u));
  const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  return bytes.size() >= shortest &&
         ((different > most_different && all * 50 > bytes.size()) || counts[0] * 5 > bytes.size());
}

}  // namespace

Sniffed sniff_no_text(std::string_view bytes) {
  if (bytes.starts_with("\x89HDF\r\n\x1A\n"))
    return {
        .description = "HDF5", .format = "hdf5", .advice = "set data.format to \"hdf5\"", .is_no_text = true};
  if (bytes.starts_with("PK\x03\x04") && bytes.substr(0, 100).find(".npy") != bytes.npos)
    return {.description = "a NumPy archive (.npz)", .advice = as_arrays, .is_no_text = true};
  const std::string begin = first_letters(bytes);
  for (const Kind& kind : kinds)
    if (bytes.substr(std::min(kind.at, bytes.size())).starts_with(kind.mark) ||
        (kind.at == 0 && begin.starts_with(kind.mark)))
      return {.description = kind.description, .advice = kind.advice, .is_no_text = true};
  if (Sniffed wide = wide_text(bytes); !wide.description.empty()) return wide;
  if (is_binary(bytes))
    return {.description = "a binary file",
            .advice = "write its records as text, such as CSV",
            .is_no_text = true};
  return {};
}

}  // namespace orochi
