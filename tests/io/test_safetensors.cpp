// What is written is what is read; numbers of each kind; files by Hugging Face's library.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "catch.hpp"
#include "safetensors_support.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using Shape = std::vector<Index>;

namespace {

std::string fixture(const std::string& name) {
  return std::string(std::getenv("OROCHI_TEST_DATA")) + "/safetensors/" + name + ".safetensors";
}

template <class Stored>
std::string bytes_of_numbers(const std::vector<Stored>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Stored)};
}

/// A file with one tensor "x" of these numbers.
template <class Stored>
void write_one(const std::string& path, const std::string& dtype, const std::vector<Stored>& numbers) {
  const std::string data = bytes_of_numbers(numbers);
  write_bytes(path, safetensors_bytes("{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[" +
                                          std::to_string(numbers.size()) + "],\"data_offsets\":[0," +
                                          std::to_string(data.size()) + "]}}",
                                      data));
}

std::vector<std::uint16_t> all_of_16_bits() {
  std::vector<std::uint16_t> all;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) all.push_back(static_cast<std::uint16_t>(bits));
  return all;
}

/// Which of the NaNs is not said by anybody.
std::vector<std::uint32_t> with_one_nan(std::vector<float> values) {
  for (float& value : values)
    if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  return bits(values);
}

}  // namespace

TEST_CASE("weights survive a round trip", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.safetensors");
  std::vector<float> large(100003);  // more than one block, and no multiple of one
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<float>(i) / 3 - 1000;
  const std::vector<float> odd{-0.0F, std::numeric_limits<float>::denorm_min(), NAN, -INFINITY,
                               std::numeric_limits<float>::max()};
  const std::vector<SafetensorsTensor> written{{"z.weight", {100003, 1}, large},
                                               {"a.bias", {5}, odd},
                                               {"scalar", {}, std::span(odd).first(1)},
                                               {"none", {0, 7}, {}}};
  write_bytes(path, {'o', 'l', 'd'});
  write_safetensors(path, written);
  REQUIRE(folder.names() == Texts{"a.safetensors"});
  const SafetensorsFile file(path);
  REQUIRE(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}});
  REQUIRE(file.tensors().size() == written.size());
  for (const SafetensorsTensor& tensor : written) {
    CAPTURE(tensor.name);
    REQUIRE(file.tensors().at(tensor.name).shape == tensor.shape);
    REQUIRE(file.tensors().at(tensor.name).dtype == "F32");
    REQUIRE(bits(numbers<float>(file, tensor.name)) == bits({tensor.values.begin(), tensor.values.end()}));
    const std::vector<double> wide = numbers<double>(file, tensor.name);
    for (std::size_t i = 0; i < wide.size(); ++i)
      REQUIRE((wide[i] == tensor.values[i] || (std::isnan(wide[i]) && std::isnan(tensor.values[i]))));
  }
}

TEST_CASE("every F16 is the number that the standard says", "[safetensors]") {
  const TemporaryFolder folder;
  const std::vector<std::uint16_t> all = all_of_16_bits();
  write_one(folder.path("a"), "F16", all);
  const SafetensorsFile file(folder.path("a"));
  const std::vector<float> narrow = numbers<float>(file, "x");
  const std::vector<double> wide = numbers<double>(file, "x");
  for (const std::uint16_t half : all) {
    CAPTURE(half);
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    double expected = exponent == 0   ? std::ldexp(fraction, -24)
                      : exponent < 31 ? std::ldexp(1024 + fraction, exponent - 25)
                      : fraction == 0 ? INFINITY
                                      : NAN;
    if (half >= 0x8000) expected = -expected;
    if (std::isnan(expected)) {
      REQUIRE((std::isnan(narrow[half]) && std::isnan(wide[half])));
    } else {
      REQUIRE((narrow[half] == expected && wide[half] == expected));
      REQUIRE(std::signbit(narrow[half]) == (half >= 0x8000));
    }
  }
}

TEST_CASE("every BF16 is the upper half of a float", "[safetensors]") {
  const TemporaryFolder folder;
  const std::vector<std::uint16_t> all = all_of_16_bits();
  write_one(folder.path("a"), "BF16", all);
  const std::vector<std::uint32_t> found = bits(numbers<float>(SafetensorsFile(folder.path("a")), "x"));
  for (const std::uint16_t upper : all) REQUIRE(found[upper] == std::uint32_t{upper} << 16);
}

TEST_CASE("F64 is whole in double and rounded in float", "[safetensors]") {
  const TemporaryFolder folder;
  const std::vector<double> written{0.1, -1e300, 5e-324, 1 + 0x1p-24, 1 + 0x1p-23, 1e-40, INFINITY};
  write_one(folder.path("a"), "F64", written);
  const SafetensorsFile file(folder.path("a"));
  REQUIRE(numbers<double>(file, "x") == written);
  REQUIRE(numbers<float>(file, "x") ==
          std::vector<float>{0.1F, -INFINITY, 0, 1, 1 + 0x1p-23F, 1e-40F, INFINITY});
}

TEST_CASE("numbers are as PyTorch reads them", "[safetensors]") {
  const SafetensorsFile file(fixture("mixed"));
  REQUIRE(file.metadata() == std::map<std::string, std::string>{{"writer", "make_golden_safetensors.py"}});
  for (const char* name : {"f16", "bf16", "f64"}) {
    CAPTURE(name);
    REQUIRE(numbers<float>(file, name).size() >= 15);
    REQUIRE(with_one_nan(numbers<float>(file, name)) ==
            with_one_nan(numbers<float>(file, name + std::string(".float"))));
  }
  REQUIRE(file.tensors().at("matrix").shape == Shape{2, 3});
  REQUIRE(numbers<float>(file, "matrix") == std::vector<float>{-1, -0.5, 0, 0.5, 1, 1.5});
  REQUIRE(file.tensors().at("scalar").shape == Shape{});
  REQUIRE(numbers<float>(file, "scalar") == std::vector<float>{7.5});
  REQUIRE(file.tensors().at("none").shape == Shape{3, 0});
  REQUIRE(file.tensors().at("position_ids").dtype == "I64");
  REQUIRE(file.tensors().at("mask").dtype == "BOOL");
}

TEST_CASE("what is written has the bytes of Hugging Face's library", "[safetensors]") {
  const SafetensorsFile file(fixture("pt"));
  REQUIRE(file.tensors().size() == 11);
  std::vector<std::vector<float>> values;
  for (const auto& entry : file.tensors()) values.push_back(numbers<float>(file, entry.first));
  std::vector<SafetensorsTensor> tensors;
  for (const auto& entry : file.tensors())  // the last name first: order is the writer's
    tensors.insert(tensors.begin(), {entry.first, entry.second.shape, values[tensors.size()]});
  REQUIRE(safetensors_image(tensors) == read_bytes(fixture("pt")));
}

TEST_CASE("reading asks for what is there", "[safetensors]") {
  const std::string path = fixture("mixed");
  const SafetensorsFile file(path);
  const auto message = [&](const std::string& name, std::size_t size) {
    return message_of([&] {
      std::vector<float> values(size);
      file.read(name, std::span(values));
    });
  };
  REQUIRE(
      message("position_ids", 5) ==
      "'" + path +
          "' has the tensor 'position_ids' of I64; expected F16, BF16, F32 or F64: convert it, or leave it "
          "out");
  REQUIRE(message("matrix", 5) ==
          "'" + path + "' has the tensor 'matrix' of shape [2, 3]; expected 5 numbers");
  REQUIRE(message("\x1b[1m", 5) == "'" + path + "' has no tensor '\\x1b[1m' among its 11");
}

TEST_CASE("a file that becomes shorter is refused, not read", "[safetensors]") {
  const TemporaryFolder folder;
  write_one(folder.path("a"), "F32", std::vector<float>(100));
  const SafetensorsFile file(folder.path("a"));
  std::filesystem::resize_file(folder.path("a"), 200);
  REQUIRE_THAT(message_of([&] { numbers<float>(file, "x"); }), Contains("became shorter while it was read"));
}

TEST_CASE("what cannot be written is refused, and the old file stays", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a");
  write_bytes(path, {'o', 'l', 'd'});
  const std::vector<float> six(6);
  const auto message = [&](const std::vector<SafetensorsTensor>& tensors) {
    return message_of([&] { write_safetensors(path, tensors); });
  };
  REQUIRE(message({{"a", {2, 2}, six}}) ==
          "tensor 'a' has the shape [2, 2] and 6 numbers; expected as many as the shape says");
  REQUIRE_THAT(message({{"a", {-2, -3}, six}}), Contains("the shape [-2, -3]"));
  REQUIRE_THAT(message({{"a", {Index{1} << 62, 4}, {}}}), Contains("as many as the shape says"));
  REQUIRE(message({{"a", {6}, six}, {"a", {6}, six}}) == "two tensors are called 'a'");
  REQUIRE(message({{"__metadata__", {6}, six}}) ==
          "a tensor is called '__metadata__'; expected UTF-8, and not the file's own __metadata__");
  REQUIRE_THAT(message({{"\xff", {6}, six}}), Contains("a tensor is called '\\xff'"));
  REQUIRE_THAT(message_of([&] { write_safetensors(folder.path("none/a"), {}); }), Contains("none/a.tmp'"));
  REQUIRE(read_bytes(path) == std::vector<unsigned char>{'o', 'l', 'd'});
  REQUIRE(message({}) == "(no error)");
  REQUIRE(SafetensorsFile(path).tensors().empty());
}
