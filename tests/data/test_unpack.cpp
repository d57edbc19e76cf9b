// Compressed data files: the same records as unpacked, and an error for all that is not whole.
#include <thread>

#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "catch.hpp"
#include "data/reading_memory.hpp"
#include "hostile.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;
using Words = std::vector<std::string>;

const DataConfig unpacked = testing::config_for("tsv");

std::string gzip(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&z, text.size()) + 100, '\0');
  std::string copy = text;  // zlib asks for bytes that it might change
  z.next_in = reinterpret_cast<Bytef*>(copy.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

std::string zstd(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

constexpr std::string (*packers[])(const std::string&){gzip, zstd};

/// Records of the text over and over, of at least so many bytes.
std::string lines(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i)
    text += "label " + std::to_string(i % 7) + "\ttext " + std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("compressed files are read as what they unpack to", "[unpack]") {
  const TempFolder folder;
  for (const auto pack : packers) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1} << 18, std::size_t{3'000'000}}) {
      const std::string text = "\xEF\xBB\xBF" + lines(size);
      const RawSplit plain = testing::read_back(folder, unpacked, text);
      const RawSplit packed = testing::read_back(folder, unpacked, pack(text));
      CHECK(packed.path == "f");
      CHECK(packed.texts == plain.texts);
      CHECK(packed.targets == plain.targets);
      CHECK(packed.lines == plain.lines);
      CHECK(reading_memory(unpacked, *builtin_readers().make(unpacked.format),
                           *builtin_tokenizers().make(unpacked.tokenizer), folder.write("f", pack(text))) ==
            reading_memory(unpacked, *builtin_readers().make(unpacked.format),
                           *builtin_tokenizers().make(unpacked.tokenizer), folder.write("f", text)));
    }
    CHECK(testing::errors_in(folder, unpacked, pack("a\tx\nb\n")) ==
          "f:2: no tab in \"b\"; expected label<TAB>text");
    CHECK(testing::errors_in(folder, unpacked, pack("")) ==
          "f: the file is empty; expected labelled sequences");
  }
}

TEST_CASE("an output that ends with a buffer is whole", "[unpack]") {
  const TempFolder folder;
  for (const auto pack : packers)
    for (const std::size_t size : {std::size_t{1} << 18, std::size_t{1} << 19, std::size_t{1} << 17}) {
      std::string text = lines(size);
      text.resize(size - 1, 'x');
      text.back() = 'y';
      CHECK(testing::errors_in(folder, unpacked, pack(text + "\n")) ==
            testing::errors_in(folder, unpacked, text + "\n"));
      const TextColumn texts =
          testing::read_back(folder, unpacked, pack(text + "\n") + pack("b\tend\n")).texts;
      CHECK(texts[texts.size() - 1] == "end");
    }
}

TEST_CASE("streams one after the other are one file", "[unpack]") {
  const TempFolder folder;
  const std::string skipped("\x50\x2A\x4D\x18\x04\0\0\0abcd", 12);
  for (const auto pack : packers)
    CHECK(testing::read_back(folder, unpacked, pack("a\tx\nb") + pack("") + pack("\ty\n")).texts ==
          Words{"x", "y"});
  CHECK(testing::read_back(folder, unpacked, skipped + zstd("a\tx\n") + skipped).texts == Words{"x"});
}

TEST_CASE("a pipe is read once, from its first byte", "[unpack]") {
  const TempFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string text = lines(300'000);
  for (const std::string& contents : {text, gzip(text), zstd(text)}) {
    std::thread writer([&] { folder.write("pipe", contents); });
    FileErrors errors(pipe);
    const RawSplit raw = read_raw(unpacked, builtin_readers(), *new_task(), errors);
    writer.join();
    CHECK(errors.report().empty());
    CHECK(raw.texts == testing::read_back(folder, unpacked, text).texts);
  }
}

TEST_CASE("a compressed file that is not whole is an error", "[unpack]") {
  const TempFolder folder;
  const std::string text = lines(400);
  for (const auto pack : packers) {
    const std::string packed = pack(text);
    for (std::size_t size = 1; size < packed.size(); ++size)
      REQUIRE_FALSE(testing::errors_in(folder, unpacked, packed.substr(0, size)).empty());
    const char* name = pack == gzip ? "gzip" : "Zstandard";
    CHECK(testing::errors_in(folder, unpacked, packed.substr(0, packed.size() / 2)) ==
          std::string("f: is compressed with ") + name + " and cut short; copy or make it anew");
    const Column<std::string> targets = testing::read_back(folder, unpacked, packed).targets;
    for (std::size_t i = 0; i < packed.size(); ++i) {
      std::string changed = packed;
      changed[i] = static_cast<char>(changed[i] ^ 0x11);
      const RawSplit raw = testing::read_back(folder, unpacked, changed);
      REQUIRE((raw.path != "f" || raw.targets == targets));  // some bytes of the head mean nothing
    }
    CHECK_THAT(testing::errors_in(folder, unpacked, packed + "more"),
               Catch::Matchers::StartsWith(std::string("f: is compressed with ") + name));
  }
  std::string changed = gzip(text);
  changed[changed.size() - 6] = static_cast<char>(changed[changed.size() - 6] ^ 1);
  CHECK(testing::errors_in(folder, unpacked, changed) == "f: is compressed with gzip and damaged near byte " +
                                                             std::to_string(changed.size() - 4) +
                                                             " (incorrect data check); copy or make it anew");
}

TEST_CASE("a small file that unpacks to a huge one is refused", "[unpack]") {
  const TempFolder folder;
  const std::string some = "a\t" + std::string(1'000'000, 'x') + "\n";
  const std::string huge = "a\t" + std::string(80'000'000, 'x') + "\n";
  for (const auto pack : packers) {
    CHECK(testing::errors_in(folder, unpacked, pack(some)).empty());
    CHECK(testing::errors_in(folder, unpacked, pack(huge)) ==
          "f: unpacks to more than 200 times its size; such files are made to fill memory: unpack it by hand "
          "if it "
          "is what you expect");
  }
}

TEST_CASE("what is in a compressed file may be of another kind", "[unpack]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, unpacked, gzip(zstd("a\tx\n"))) ==
        "f: once unpacked, is a file compressed with Zstandard; unpack it with zstd -d");
  std::string tar(1024, '\0');
  tar.replace(257, 5, "ustar");
  CHECK(testing::errors_in(folder, unpacked, gzip(tar)) ==
        "f: once unpacked, is a tar archive; unpack it with tar -xf and name a file that was in it");
  CHECK(testing::errors_in(folder, unpacked, "BZh") == "f:1: no tab in \"BZh\"; expected label<TAB>text");
  CHECK(testing::errors_in(folder, unpacked, "BZh91AY&SYxxxx") ==
        "f: is a file compressed with bzip2; unpack it with bzip2 -d, or use gzip or Zstandard, which can be "
        "read");
  CHECK(testing::errors_in(folder, unpacked,
                           std::string("\xFD"
                                       "7zXZ\0x",
                                       7)) ==
        "f: is a file compressed with xz; unpack it with xz -d, or use gzip or Zstandard, which can be read");
}

TEST_CASE("no bytes break the unpacking", "[unpack]") {
  testing::read_mutations(unpacked, {gzip(lines(300)), zstd(lines(300)), gzip("1\tx\n") + gzip("2\ty\n")},
                          4000);
}
