#include "data/unpack.hpp"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "data/file_errors.hpp"

namespace orochi {
namespace {

// Texts become 2 to 10 times as small, rows of a few numbers over and over perhaps 100 times; deflate can do
// 1,032 times, Zstandard far more. Beyond this a small file fills the memory.
constexpr double most_growth = 200;
constexpr double always_allowed = 64 << 20;  // bytes

class Input {
 public:
  explicit Input(std::istream& stream) : stream_(stream) {}

  /// The first piece, which comes again: a pipe cannot be set back.
  std::string_view peek() {
    const std::span<char> piece = read();
    is_peeked_ = true;
    return {piece.data(), piece.size()};
  }
  /// The next piece; empty at the end.
  std::span<char> next() {
    return std::exchange(is_peeked_, false) ? std::span(buffer_.data(), total_) : read();
  }
  std::size_t total() const { return total_; }  // bytes so far

 private:
  std::span<char> read() {
    stream_.read(buffer_.data(), std::ssize(buffer_));
    const auto count = static_cast<std::size_t>(stream_.gcount());
    total_ += count;
    return {buffer_.data(), count};
  }

  std::istream& stream_;
  bool is_peeked_ = false;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  std::size_t total_ = 0;
};

class Output {
 public:
  explicit Output(const std::function<void(std::string_view)>& take) : take_(take) {}

  char* data() { return buffer_.data(); }
  std::size_t size() const { return buffer_.size(); }
  void put(std::size_t count) {
    total_ += count;
    if (count > 0) take_({buffer_.data(), count});
  }
  bool is_too_large(const Input& input) const {
    const auto total = static_cast<double>(total_);
    return total > always_allowed && total > most_growth * static_cast<double>(input.total());
  }

 private:
  const std::function<void(std::string_view)>& take_;
  std::vector<char> buffer_ = std::vector<char>(1 << 18);
  std::size_t total_ = 0;
};

std::string too_large() {
  return fmt::format(
      "unpacks to more than {} times its size; such files are made to fill memory: unpack it by hand if it "
      "is what you expect",
      most_growth);
}

std::string damaged(const char* packing, std::size_t byte, const char* reason) {
  return fmt::format("is compressed with {} and damaged near byte {} ({}); copy or make it anew", packing,
                     grouped(static_cast<Index>(byte)), reason == nullptr ? "unknown" : reason);
}

std::string cut_short(const char* packing) {
  return fmt::format("is compressed with {} and cut short; copy or make it anew", packing);
}

std::string unpack_gzip(Input& input, Output& output) {
  constexpr int gzip_only = 15 + 16;  // zlib's way of saying so, with the largest window
  z_stream z{};
  if (inflateInit2(&z, gzip_only) != Z_OK) return "cannot be unpacked: zlib has no memory";
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owned(&z, inflateEnd);
  int state = Z_OK;
  bool is_full = false;  // more may come out without more going in
  while (true) {
    if (z.avail_in == 0 && (!is_full || state == Z_STREAM_END)) {
      const std::span<char> piece = input.next();
      if (piece.empty()) return state == Z_STREAM_END ? "" : cut_short("gzip");
      z.next_in = reinterpret_cast<Bytef*>(piece.data());
      z.avail_in = static_cast<uInt>(piece.size());
    }
    if (state == Z_STREAM_END) inflateReset(&z);  // files put together are unpacked together, as gzip does
    z.next_out = reinterpret_cast<Bytef*>(output.data());
    z.avail_out = static_cast<uInt>(output.size());
    state = inflate(&z, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
      return damaged("gzip", input.total() - z.avail_in, z.msg);
    is_full = z.avail_out == 0;
    output.put(output.size() - z.avail_out);
    if (output.is_too_large(input)) return too_large();
  }
}

std::string unpack_zstd(Input& input, Output& output) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                             ZSTD_freeDStream);
  if (stream == nullptr) return "cannot be unpacked: libzstd has no memory";
  ZSTD_inBuffer in{nullptr, 0, 0};
  std::size_t left = 1;  // 0 at the end of a frame
  bool is_full = false;
  while (true) {
    if (in.pos == in.size && (!is_full || left == 0)) {
      const std::span<char> piece = input.next();
      if (piece.empty()) return left == 0 ? "" : cut_short("Zstandard");
      in = {piece.data(), piece.size(), 0};
    }
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    left = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(left) != 0)
      return damaged("Zstandard", input.total() - (in.size - in.pos), ZSTD_getErrorName(left));
    is_full = out.pos == out.size;
    output.put(out.pos);
    if (output.is_too_large(input)) return too_large();
  }
}

}  // namespace

Packing packing_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1F\x8B")) return Packing::gzip;
  if (first_bytes.starts_with("\x28\xB5\x2F\xFD")) return Packing::zstd;
  // A frame to be skipped, as tools that pack on several cores begin with.
  const bool is_skippable = first_bytes.size() >= 4 && (first_bytes[0] & 0xF0) == 0x50;
  return is_skippable && first_bytes.substr(1).starts_with("\x2A\x4D\x18") ? Packing::zstd : Packing::none;
}

Unpacked read_unpacked(std::istream& file, const std::function<void(std::string_view)>& take) {
  Input input(file);
  const Packing packing = packing_of(input.peek());
  if (packing == Packing::none) {
    for (std::span<char> piece = input.next(); !piece.empty(); piece = input.next())
      take({piece.data(), piece.size()});
    return {};
  }
  Output output(take);
  return {packing == Packing::gzip ? unpack_gzip(input, output) : unpack_zstd(input, output), true};
}

}  // namespace orochi
