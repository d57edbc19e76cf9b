#include <orochi/error.hpp>

#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "data/unknown_tokens.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace {

using namespace orochi;
using testing::message_of;

InputEncoder text_encoder(Index max_length) {
  DataConfig config;
  config.max_length = max_length;
  Preprocessing preprocessing;
  preprocessing.tokenizer = test::word_tokenizer({"<unk>", "the", "cat", "."});
  return InputEncoder(config, preprocessing);
}

InputEncoder number_encoder(Index max_length) {
  DataConfig config;
  config.max_length = max_length;
  Preprocessing preprocessing;
  preprocessing.channels = 2;
  preprocessing.mean = {1, 10};
  preprocessing.deviation = {2, 5};
  return InputEncoder(config, preprocessing);
}

Column<std::int32_t> ids_of(const InputEncoder& encoder, std::string_view line, bool cut = false) {
  Sequences data;
  CHECK(encoder.append_line(line, data) == cut);
  CHECK(data.offsets == std::vector<Index>{0, std::ssize(data.tokens)});
  return data.tokens;
}

}  // namespace

TEST_CASE("a line of text becomes token ids", "[input]") {
  const InputEncoder encoder = text_encoder(4);
  CHECK(ids_of(encoder, "The dog. Cat") == std::vector<std::int32_t>{1, 0, 3, 2});
  CHECK(ids_of(encoder, "the the the the cat", true) == std::vector<std::int32_t>{1, 1, 1, 1});
  CHECK(ids_of(encoder, "cat") == std::vector<std::int32_t>{2});
}

TEST_CASE("a line that is no text is an error without a place", "[input]") {
  const InputEncoder encoder = text_encoder(4);
  Sequences data;
  CHECK(message_of([&] { encoder.append_line(" \t", data); }) ==
        "the text is empty; expected at least one character");
  CHECK(message_of([&] { encoder.append_line("ab\xFF", data); }) == "byte 3 (0xff) is not valid UTF-8");
  CHECK(message_of([&] { encoder.append_line(std::string_view("a\0b", 3), data); }) ==
        "a NUL byte; expected text");
  CHECK(data.tokens.empty());
  CHECK(data.size() == 0);
}

TEST_CASE("a line of numbers becomes normalized rows", "[input]") {
  const InputEncoder encoder = number_encoder(2);
  bool was_cut = true;
  CHECK(encoder.encode_values("1,3:20,5", &was_cut) == std::vector<float>{0, 2, 1, -1});
  CHECK_FALSE(was_cut);
  CHECK(encoder.encode_values("1,3,9:20,5,9", &was_cut) == std::vector<float>{0, 2, 1, -1});
  CHECK(was_cut);
}

TEST_CASE("a line that is no case is an error without a place", "[input]") {
  const InputEncoder encoder = number_encoder(2);
  CHECK(message_of([&] { encoder.encode_values("1,2"); }) == "1 dimension, but the model was trained on 2");
  CHECK(message_of([&] { encoder.encode_values("1,2:3"); }) ==
        "dimension 2 has 1 value, but dimension 1 has 2; expected one a step in each");
  CHECK(message_of([&] { encoder.encode_values(""); }) ==
        "value 1 of dimension 1 is empty; expected a number, or ? where it is missing");
}

TEST_CASE("a share of unknown tokens is compared with validation's", "[data]") {
  const std::string none;
  CHECK(unknown_note(0.51, 1, -1) ==
        "51 % of the tokens are unknown to the model: are these texts of the kind that it was trained on?");
  CHECK(unknown_note(0.5, 1000, -1) == none);
  CHECK(
      unknown_note(0.2, 100, 0.05) ==
      "20 % of the tokens are unknown to the model, and 5.0 % of its validation data's were: are these texts "
      "of the kind that it was trained on?");
  CHECK(unknown_note(0.2, 99, 0.05) == none);
  CHECK(unknown_note(0.15, 100, 0.05) == none);  // three times
  CHECK(unknown_note(0.05, 100, 0) == none);
  CHECK(unknown_note(0.06, 100, 0) != none);
}
