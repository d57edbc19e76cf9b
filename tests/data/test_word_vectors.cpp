// Files of word vectors: both formats, and what is wrong with others.
#include "catch.hpp"
#include "data/word_vectors.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using testing::message_of;
using testing::TempFolder;

TEST_CASE("fastText's and GloVe's vectors are those of the vocabulary's tokens", "[word_vectors]") {
  const TempFolder folder;
  const auto tokenizer = test::word_tokenizer({"<unk>", "cat", "ice cream", "dog", "3"});
  const std::string lines = "the 9 9\ndog 1 -2.5\nice cream\t3e-1  0 \r\n3 +7 8e0\ndog 1e-60 5\n";
  for (const std::string header : {"", "5 2\n", "5\t2\n"}) {
    const WordVectors found =
        read_word_vectors(folder.write("v", "\xEF\xBB\xBF" + header + lines), *tokenizer);
    CHECK(found.columns == 2);
    CHECK(found.ids == std::vector<std::int32_t>{3, 2, 4});
    CHECK(found.rows == std::vector<float>{1, -2.5F, 0.3F, 0, 7, 8});
  }
}

TEST_CASE("a file of other contents is refused with the line", "[word_vectors]") {
  const TempFolder folder;
  const auto tokenizer = test::word_tokenizer({"<unk>", "cat"});
  const auto message = [&](const std::string& contents) {
    return folder.without_path(
        message_of([&] { read_word_vectors(folder.write("v", contents), *tokenizer); }));
  };
  CHECK(message("") == "v: no such file, or an empty one; expected a word and its numbers a line");
  CHECK(message("cat\n") ==
        "v:1: \"cat\" begins the file; expected a word and its numbers, or how many words and numbers there "
        "are");
  CHECK(message("the 1 2\ncat 1\n") == "v:2: expected a word and 2 numbers, found 2 fields");
  CHECK(message("the 1 2\n\ncat 1 x\n") == "v:3: number 2 is \"x\"; expected a finite number");
  CHECK(message("1 2\ncat inf 2\n") == "v:2: number 1 is \"inf\"; expected a finite number");
  CHECK(message("cat 1 1e99\n") == "v:1: number 2 is \"1e99\"; expected a finite number");
  CHECK(message("9 2\ncat 1 2\n") == "v: the first line says 9 words, but there are 1; is the file whole?");
  CHECK(message("1 2\ncat 1 2 3\n") == "v:2: 4 fields, but the first line says 2 numbers a word");
  CHECK(message("\x1f\x8b zzz\n") == "v:1: the file is compressed; unpack it, for instance with gzip -d");
  CHECK(folder.without_path(message_of([&] { read_word_vectors(folder.file("none"), *tokenizer); })) ==
        "none: no such file, or an empty one; expected a word and its numbers a line");
}
