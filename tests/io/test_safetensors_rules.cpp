// Each rule of the format broken, word for word; thousands of files changed at random.
#include <sys/resource.h>
#include <sys/stat.h>

#include "catch.hpp"
#include "mutated.hpp"
#include "safetensors_support.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

namespace {

const std::string eight(8, '\1');

/// `"a": {...}` with two floats, or what is given.
std::string entry(const std::string& offsets = "0,8", const std::string& shape = "2",
                  const std::string& dtype = "F32", const std::string& name = "a") {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
         offsets + "]}";
}

struct Broken {
  std::string header, data;
  std::string found, expected;
};

std::string message(const std::vector<unsigned char>& bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.path("a");
  write_bytes(path, bytes);
  std::string said = message_of([&] { const SafetensorsFile file(path); });
  if (const std::size_t at = said.find(path); at != std::string::npos) said.replace(at, path.size(), "p");
  return said;
}

void check(const std::vector<Broken>& files) {
  for (const Broken& file : files) {
    CAPTURE(file.header);
    CHECK(message(safetensors_bytes(file.header, file.data)) ==
          "'p': " + file.found + "; expected " + file.expected + "; write or fetch the file again");
  }
}

}  // namespace

TEST_CASE("valid headers are read, however they are written", "[safetensors]") {
  const auto reads = [](const std::string& header, const std::string& data = "") {
    CAPTURE(header);
    CHECK(message(safetensors_bytes(header, data)) == "(no error)");
  };
  reads("{}");
  reads("{ \n\t} \n   ");
  reads("{" + entry() + "}", eight);
  reads("{\"__metadata__\":{}," + entry() + "}", eight);
  reads("{" + entry() + ",\"__metadata__\":{\"dtype\":\"x\",\"\":\"\"}}", eight);
  reads("{\"a\":{\"data_offsets\":[0,8],\"shape\":[1,2],\"dtype\":\"F32\"}}", eight);
  // The later one first; an empty one between, at the end and of a size that counts for nothing.
  reads("{" + entry("4,8", "1", "I32", "b") + "," + entry("0,4", "", "F32") + "," +
            entry("4,4", "0,3", "F64", "c") + "," + entry("8,8", "9223372036854775807,0", "U8", "d") + "}",
        eight);
  reads("{" + entry("0,3", "4", "F6_E2M3") + "," + entry("3,5", "4", "F4", "b") + "," +
            entry("5,8", "3", "F8_E4M3FNUZ", "c") + "}",
        eight);
}

TEST_CASE("the header's length is held against the file", "[safetensors]") {
  CHECK(message({}) ==
        "'p' has 0 bytes; expected a safetensors file, which begins with 8 bytes for the length of its "
        "header");
  CHECK_THAT(message({2, 0, 0, 0, 0, 0, 0}), Contains("has 7 bytes"));
  CHECK(message({3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}) ==
        "'p' has 10 bytes and says that its header has 3; expected a safetensors file, whose header has at "
        "most 100000000 bytes, all of them in the file");
  CHECK_THAT(message(std::vector<unsigned char>(100, 0xFF)), Contains("header has 18446744073709551615"));
  CHECK(message({2, 0, 0, 0, 0, 0, 0, 0, '{', '}'}) == "(no error)");
  const TemporaryFolder folder;  // a file with holes: nothing of its size is read
  for (const char last : {'\0', '\1'}) {
    const std::string length{last, '\xE1', '\xF5', '\5', 0, 0, 0, 0};  // 100,000,000 and one more
    write_bytes(folder.path("a"), {length.begin(), length.end()});
    REQUIRE(::truncate(folder.path("a").c_str(), 200'000'000) == 0);
    CHECK_THAT(message_of([&] { SafetensorsFile(folder.path("a")); }),
               Contains(last == 0 ? "its header does not begin with '{'" : "header has 100000001;"));
  }
}

TEST_CASE("files that are none are told apart", "[safetensors]") {
  const TemporaryFolder folder;
  const auto opening = [](const std::string& path) {
    return message_of([&] { const SafetensorsFile file(path); });
  };
  CHECK(opening(folder.path("none")) ==
        "cannot open safetensors file '" + folder.path("none") + "': No such file or directory");
  CHECK(opening(folder.folder()) == "'" + folder.folder() +
                                        "' is a folder, not a safetensors file; name a file in it, such as "
                                        "model.safetensors");
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK_THAT(opening(folder.path("pipe")), Contains("is not a regular file, so not a safetensors file"));
}

TEST_CASE("a header is one JSON object", "[safetensors]") {
  const std::string object = "a JSON object";
  const std::string begin = "its header does not begin with '{'", at = "its header is no JSON from byte ";
  check({{"", "", begin, object},
         {" {}", "", begin, object},
         {"\xEF\xBB\xBF{}", "", begin, object},
         {"[]", "", begin, object},
         {"{}{}", "", at + "3 on", object},
         {"{", "", at + "2 on", object},
         {"{" + entry() + ",}", eight, at + "55 on", object},
         {"{\"\xFF\":{}}", "", at + "3 on", object},
         {std::string("{}\0x", 4), "", "its header has a NUL", object},
         {"{" + entry("0,8", "1e999") + "}", eight, at + "34 on", object}});
}

TEST_CASE("names and keys are there once", "[safetensors]") {
  check(
      {{"{" + entry() + "," + entry() + "}", eight, "'a' is there twice", "each name once"},
       {"{" + entry() + "," + entry("0,8", "2", "F32", "\\u0061") + "}", eight, "'a' is there twice",
        "each name once"},
       {"{\"__metadata__\":{},\"__metadata__\":{}}", "", "'__metadata__' is there twice", "each name once"},
       {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", "", "'k' is twice in __metadata__", "each key once"},
       {R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight,
        "tensor 'a' has dtype twice", "it once"},
       {R"({"a":{"shape":[2],"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight,
        "tensor 'a' has shape twice", "it once"},
       {R"({"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight,
        "tensor 'a' has data_offsets twice", "it once"}});
}

TEST_CASE("a tensor has exactly dtype, shape and data_offsets", "[safetensors]") {
  const std::string three = "dtype, shape and data_offsets";
  check({{R"({"a":{"shape":[2],"data_offsets":[0,8]}})", eight, "tensor 'a' has no dtype", three},
         {R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", eight, "tensor 'a' has no shape", three},
         {R"({"a":{"dtype":"F32","shape":[2]}})", eight, "tensor 'a' has no data_offsets", three},
         {R"({"a":{"dtype":"F32","Shape":[2]}})", eight, "tensor 'a' has the key 'Shape'", three},
         {R"({"a":null})", "", "tensor 'a' is null", "an object of " + three},
         {R"({"a":[1]})", "", "tensor 'a' is a list", "an object of " + three},
         {R"({"\u001b[1m":3})", "", "tensor '\\x1b[1m' is 3", "an object of " + three},
         {"{\"" + std::string(200, 'n') + "\":true}", "",
          "tensor '" + std::string(100, 'n') + "...' is a boolean", "an object of " + three},
         {R"({"a":{"dtype":3}})", "", "tensor 'a' has 3 as its dtype", "a string"},
         {R"({"a":{"dtype":["F32"]}})", "", "tensor 'a' has a list as its dtype", "a string"},
         {R"({"a":{"shape":{}}})", "", "tensor 'a' has an object as its shape", "a list of whole numbers"},
         {R"({"a":{"shape":"2"}})", "", "tensor 'a' has the string '2' as its shape",
          "a list of whole numbers"},
         {R"({"a":{"data_offsets":null}})", "", "tensor 'a' has null as its data_offsets",
          "a list of whole numbers"}});
  CHECK_THAT(message(safetensors_bytes("{" + entry("0,8", "2", "f32") + "}", eight)),
             Contains("tensor 'a' has the dtype 'f32'; expected one of BOOL, F4, ") && Contains(", U64; "));
}

TEST_CASE("metadata holds strings alone", "[safetensors]") {
  check({{R"({"__metadata__":{"n":1}})", "", "'n' in __metadata__ is 1", "a string"},
         {R"({"__metadata__":{"n":null}})", "", "'n' in __metadata__ is null", "a string"},
         {R"({"__metadata__":{"n":{"m":"x"}}})", "", "'n' in __metadata__ is an object", "a string"},
         {R"({"__metadata__":{"shape":[2]}})", "", "'shape' in __metadata__ is a list", "a string"},
         {R"({"__metadata__":"pt"})", "", "__metadata__ is the string 'pt'", "an object"},
         {R"({"__metadata__":null})", "", "__metadata__ is null", "an object"}});
}

TEST_CASE("shapes are whole numbers whose product can be counted", "[safetensors]") {
  const std::string whole = "whole numbers from 0 on", fits = "fewer than 2^63 elements and 2^64 bits";
  const auto shaped = [](const std::string& shape) { return "{" + entry("0,8", shape) + "}"; };
  std::string many = "1";
  for (int i = 0; i < 63; ++i) many += ",1";
  CHECK_THAT(message(safetensors_bytes(shaped(many + ",1"), eight)), Contains("more than 64 numbers"));
  CHECK(
      message(safetensors_bytes(shaped(many + ""), eight)) ==
      "'p': tensor 'a' has the data_offsets [0, 8]; expected 4 bytes, for 1 elements of F32; write or fetch "
      "the file again");
  check({{shaped("-1,-2"), eight, "tensor 'a' has -1 in its shape", whole},
         {shaped("-0"), eight, "tensor 'a' has 0 in its shape", whole},
         {shaped("2.0"), eight, "tensor 'a' has '2.0' in its shape", whole},
         {shaped("18446744073709551616"), eight, "tensor 'a' has '18446744073709551616' in its shape", whole},
         {shaped("\"2\""), eight, "tensor 'a' has the string '2' in its shape", whole},
         {shaped("[2]"), eight, "tensor 'a' has a list in its shape", whole},
         {shaped("true"), eight, "tensor 'a' has a boolean in its shape", whole},
         {shaped("9223372036854775808,0"), eight, "tensor 'a' has the shape [9223372036854775808, 0] of F32",
          fits},
         {shaped("4294967296,4294967296,2"), eight,
          "tensor 'a' has the shape [4294967296, 4294967296, 2] of F32", fits},
         {shaped("1152921504606846978"), eight,  // times 32 is 64 bits too much
          "tensor 'a' has the shape [1152921504606846978] of F32", fits},
         {"{" + entry("0,1", "3", "F4") + "}", "x", "tensor 'a' has the shape [3] of F4", "whole bytes"}});
}

TEST_CASE("tensors cover the data, each byte once", "[safetensors]") {
  const std::string order = "begin and end, begin <= end", data = "the data's 8 bytes";
  const auto two = [](const std::string& first, const std::string& second) {
    return "{" + entry(first, "1") + "," + entry(second, "1", "F32", "b") + "}";
  };
  check({{"{" + entry("8,0") + "}", eight, "tensor 'a' has the data_offsets [8, 0]", order},
         {"{" + entry("0") + "}", eight, "tensor 'a' has the data_offsets [0]", order},
         {"{" + entry("") + "}", eight, "tensor 'a' has the data_offsets []", order},
         {"{" + entry("0,4,8") + "}", eight, "tensor 'a' has more than 2 numbers in its data_offsets",
          "begin and end"},
         {"{" + entry("0,12", "3") + "}", eight, "tensor 'a' has the data_offsets [0, 12]",
          "an end within " + data},
         {"{" + entry("18446744073709551608,18446744073709551615") + "}", eight,
          "tensor 'a' has the data_offsets [18446744073709551608, 18446744073709551615]",
          "an end within " + data},
         {"{" + entry("0,4") + "}", eight, "tensor 'a' has the data_offsets [0, 4]",
          "8 bytes, for 2 elements of F32"},
         {"{" + entry("0,8", "2", "F16") + "}", eight, "tensor 'a' has the data_offsets [0, 8]",
          "4 bytes, for 2 elements of F16"},
         {two("0,4", "2,6"), eight, "tensor 'b' begins at byte 2 of the data",
          "byte 4, where the tensor before it ends"},
         {two("0,4", "0,4"), eight, "tensor 'b' begins at byte 0 of the data",
          "byte 4, where the tensor before it ends"},
         {two("4,8", "0,4"), eight + "more", "its tensors end at byte 8 of the data",
          "byte 12, where the file ends"},
         {two("0,4", "5,9"), eight + "x", "tensor 'b' begins at byte 5 of the data",
          "byte 4, where the tensor before it ends"},
         {"{" + entry("1,9") + "}", eight + "x", "tensor 'a' begins at byte 1 of the data",
          "byte 0, where the tensor before it ends"},
         {"{}", eight, "its tensors end at byte 0 of the data", "byte 8, where the file ends"}});
}

// Whatever is in such a file, it is read whole or refused: no crash, no memory beyond reason.
TEST_CASE("files changed at random are read whole or refused", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a");
  const std::string header = "{\"__metadata__\":{\"format\":\"pt\"}," + entry("0,4", "1") + "," +
                             entry("4,8", "2,1", "F16", "b") + "," + entry("8,8", "0", "I64", "c") + "}";
  SplitMix random(7, 0);
  int accepted = 0, refused = 0;
  for (int round = 0; round < mutant_count(); ++round) {
    // Half of them with a length that fits, which a change seldom leaves.
    std::vector<unsigned char> bytes = safetensors_bytes(testing::mutated(header, random), eight);
    if (round % 2 == 0) {
      const std::vector<unsigned char> whole = safetensors_bytes(header, eight);
      const std::string mutant = testing::mutated({whole.begin(), whole.end()}, random);
      bytes.assign(mutant.begin(), mutant.end());
    }
    write_bytes(path, bytes);
    const std::string said = message_of([&] {
      const SafetensorsFile file(path);
      std::size_t covered = 0;
      for (const auto& tensor : file.tensors()) {
        covered += tensor.second.end - tensor.second.begin;
        if (tensor.second.dtype == "F32" || tensor.second.dtype == "F16") numbers<float>(file, tensor.first);
      }
      REQUIRE(covered <= bytes.size() - 8);
      ++accepted;
    });
    if (said == "(no error)") continue;
    ++refused;
    REQUIRE_THAT(said, Contains("'" + path + "'") && Contains("expected"));
  }
  CHECK(accepted > mutant_count() / 1000);
  CHECK(refused > mutant_count() / 2);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  REQUIRE(used.ru_maxrss < 1024 * 1024);  // KiB
}
