// Files that are told by the bytes they begin with, and text of wide letters.
#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "data/readers/words.hpp"
#include "data/sniff.hpp"

namespace orochi {
namespace {

Sniffed text_of(const std::string& encoding, bool is_marked) {
  return {encoding + " text", "", "", "convert it, for instance with iconv -f " + encoding + " -t UTF-8",
          is_marked};
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

/// A page, or a pointer, that was saved in place of the data it is about.
Sniffed page_of(std::string_view bytes) {
  if (bytes.starts_with(utf8::byte_order_mark)) bytes.remove_prefix(utf8::byte_order_mark.size());
  const std::string begin =
      lower_ascii(bytes.substr(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size())).substr(0, 16));
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html"))
    return {"an HTML page", "", "", "save the data itself, perhaps by the page's link to the raw file"};
  if (bytes.starts_with("version https://git-lfs"))
    return {"a pointer of Git LFS", "", "", "fetch the file itself with git lfs pull"};
  if (begin.starts_with("<?xml")) return {"XML", "", "", "write its records as JSON Lines or CSV"};
  return {};
}

}  // namespace

Sniffed sniff_mark(std::string_view bytes) {
  if (bytes.starts_with("\x89HDF\r\n\x1A\n")) return {"HDF5", "hdf5", "\"hdf5\"", "", true};
  if (bytes.starts_with("\x1F\x8B"))
    return {"a file compressed with gzip", "", "", "unpack it with gzip -d", true};
  if (bytes.starts_with("\x28\xB5\x2F\xFD"))
    return {"a file compressed with Zstandard", "", "", "unpack it with zstd -d", true};
  if (bytes.starts_with("PK\x03\x04"))
    return {"a ZIP archive or an office document", "", "", "unpack it or save it as text", true};
  if (bytes.starts_with("PAR1")) return {"Parquet", "", "", "write it as JSON Lines or CSV", false};
  if (Sniffed page = page_of(bytes); !page.description.empty()) return page;
  return wide_text(bytes);
}

}  // namespace orochi
