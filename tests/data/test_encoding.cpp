// Files that are not UTF-8: converted while they are read, with errors at the bytes of the file as it is.
#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "core/utf8.hpp"
#include "data/encoding.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using testing::message_of;
using testing::TempFolder;

DataConfig config_in(const std::string& encoding, const std::string& format = "tsv") {
  DataConfig config = testing::config_for(format);
  config.encoding = encoding;
  return config;
}

std::string bytes_between(int low, int high) {
  std::string text;
  for (int byte = low; byte < high; ++byte) text += static_cast<char>(byte);
  return text;
}

}  // namespace

TEST_CASE("a byte of Latin-1 is the code point of its number", "[encoding]") {
  const std::string text = to_utf8(bytes_between(0, 256), Encoding::latin1);
  std::size_t position = 0;
  for (char32_t expected = 0; expected < 256; ++expected) REQUIRE(utf8::decode(text, position) == expected);
  CHECK(position == text.size());
  CHECK(find_undefined(bytes_between(0, 256), Encoding::latin1) == std::string_view::npos);
}

TEST_CASE("CP1252 has 27 other characters than Latin-1, and 5 bytes without one", "[encoding]") {
  CHECK(to_utf8("\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8E\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A"
                "\x9B\x9C\x9E\x9F",
                Encoding::cp1252) == "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ");
  for (const char undefined : {'\x81', '\x8D', '\x8F', '\x90', '\x9D'})
    CHECK(find_undefined(std::string("a\xE9") + undefined, Encoding::cp1252) == 2);
  const std::string others = bytes_between(0, 128) + bytes_between(0xA0, 256);
  CHECK(find_undefined(others, Encoding::cp1252) == std::string_view::npos);
  CHECK(to_utf8(others, Encoding::cp1252) == to_utf8(others, Encoding::latin1));
}

TEST_CASE("each text format reads a file of another encoding", "[encoding]") {
  const TempFolder folder;
  const auto text_of = [&](const DataConfig& config, std::string_view contents) {
    const RawSplit raw = testing::read_back(folder, config, contents);
    return raw.path == "f" ? raw.targets.front() + "|" + std::string(raw.texts[0]) : raw.path;
  };
  CHECK(text_of(config_in("latin-1"),
                "caf\xE9\tfa\xE7"
                "ade\nx\ty\n") == "café|façade");
  CHECK(text_of(config_in("cp1252"), "\x80\t\x93so\x94\r\nx\ty\r\n") == "€|“so”");
  CHECK(text_of(config_in("latin-1", "csv"), "label,text\n\xFC,\"\xE4,\xF6\"\n") == "ü|ä,ö");
  CHECK(text_of(config_in("latin-1", "jsonl"), "{\"label\": \"\xFC\", \"text\": \"\xDF\"}\n") == "ü|ß");
  DataConfig fasta = config_in("cp1252", "fasta");
  folder.write("labels",
               "one\t\x8A"
               "a\xE9\n");
  fasta.format.options = {{"labels", "labels"}};
  CHECK(text_of(fasta, ">one\nACGT\n") == "Šaé|ACGT");
  folder.write("labels", "one\t\x81\n");
  CHECK_THAT(text_of(fasta, ">one\nACGT\n"),
             catch_matchers::StartsWith("labels:1:5: byte 0x81 is no character of cp1252"));
}

TEST_CASE("bytes that CP1252 does not have are errors with line and byte", "[encoding]") {
  const TempFolder folder;
  const std::string what = " is no character of cp1252; convert the file, for instance with iconv";
  CHECK(testing::errors_in(folder, config_in("cp1252"), "a\t\xE9\xE9\x81\nb\tx\nc\t\x8D\x8F\n") ==
        "f:1:5: byte 0x81" + what + "\nf:3:3: byte 0x8d" + what);
}

TEST_CASE("an error's byte is the file's, not that of the converted text", "[encoding]") {
  const TempFolder folder;
  // The text begins at byte 4 of the file; converted it would be 6.
  CHECK(testing::errors_in(folder, config_in("latin-1"), "a\tx\n\xE9\xE9\t \n") ==
        "f:2:4: the text is empty; expected at least one character");
}

TEST_CASE("a NUL byte is an error in every encoding", "[encoding]") {
  const TempFolder folder;
  const std::string contents("a\t\xE9\xE9\0b\n", 7);
  CHECK(testing::errors_in(folder, config_in("latin-1"), contents) ==
        "f:1:5: a NUL byte; expected text: is this a binary file?");
}

TEST_CASE("what to set is named where a file is of another encoding", "[encoding]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, config_in("utf-8"), "a\tx\nb\tcaf\xE9\n") ==
        "f:2:6: byte 0xe9 is not valid UTF-8; set data.encoding to \"latin-1\" or \"cp1252\", or convert the "
        "file, for instance with iconv");
  // Latin-1 has no letter there.
  CHECK(testing::errors_in(folder, config_in("utf-8"), "a\t\x93x\x94\n") ==
        "f:1:3: byte 0x93 is not valid UTF-8; set data.encoding to \"cp1252\", or convert the file, for "
        "instance with iconv");
  CHECK(testing::errors_in(folder, config_in("latin-1"), "a\tx\nb\tcafé\n") ==
        "f:2:6: is valid UTF-8, but is read as data.encoding = \"latin-1\"; set data.encoding to \"utf-8\"");
  CHECK_THAT(testing::errors_in(folder, config_in("cp1252"),
                                "\xEF\xBB\xBF"
                                "a\tx\n"),
             catch_matchers::Contains("set data.encoding to \"utf-8\""));
  // No byte tells: plain ASCII is the same in all.
  CHECK(testing::errors_in(folder, config_in("cp1252"), "a\tx\n").empty());
}

TEST_CASE("a further file is read in the model's encoding", "[encoding]") {
  const TempFolder folder;
  folder.write("train", "a\tcaf\xE9\nb\tx\n");
  folder.write("more", "b\tcaf\xE9\n");
  folder.write("utf8", "b\tcafé\n");
  DataConfig config = config_in("latin-1");
  config.train = config.validation = "train";
  const std::unique_ptr<Task> task = new_task();
  const LoadedData data = load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *task);
  std::vector<std::string> notes;
  const auto load = [&](const char* name) {
    return load_file(config, builtin_readers(), data.preprocessing, *task, folder.file(name), notes);
  };
  CHECK(load("more").texts == std::vector<std::string>{"café"});
  CHECK(load("more").sequences.tokens == std::vector<std::int32_t>{data.train.tokens.front()});
  CHECK(data.train.tokens.front() > 0);
  CHECK(
      folder.without_path(message_of([&] { load("utf8"); })) ==
      "utf8:1:6: is valid UTF-8, but is read as data.encoding = \"latin-1\"; the model was trained on files "
      "in it: convert the file, for instance with iconv -f UTF-8");
}
