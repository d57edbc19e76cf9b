// What is written is what is read, and the bytes depend on the contents alone.
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include <malloc.h>

#include "catch.hpp"
#include "checkpoint_support.hpp"
#include "io/checkpoint_format.hpp"
#include "io/hdf5.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;

namespace {

std::vector<std::uint64_t> progress_bits(const Progress& progress) {
  std::vector<std::uint64_t> bits;
  for (const auto& field : checkpoint::progress_fields)
    std::visit([&](auto member) { bits.push_back(std::bit_cast<std::uint64_t>(progress.*member)); },
               field.member);
  return bits;
}

void require_same(const CheckpointHeader& a, const CheckpointHeader& b) {
  REQUIRE(a.config == b.config);
  REQUIRE(a.state == b.state);
  REQUIRE(a.train_checksum == b.train_checksum);
  REQUIRE(a.validation_checksum == b.validation_checksum);
  REQUIRE(progress_bits(a.progress) == progress_bits(b.progress));
}

}  // namespace

TEST_CASE("a checkpoint comes back as it was written", "[checkpoint]") {
  const TemporaryFolder folder;
  const Sample sample;
  write_checkpoint(folder.path("last.h5"), sample.header, sample.slots, sample.groups());
  REQUIRE(folder.names() == std::vector<std::string>{"last.h5"});

  const CheckpointReader reader(folder.path("last.h5"));
  require_same(reader.header(), sample.header);
  REQUIRE(reader.has("parameters"));
  REQUIRE(reader.has("optimizer/first_moment"));
  REQUIRE_FALSE(reader.has("optimizer/second_moment"));
  std::vector<float> values(27);
  reader.read("parameters", sample.slots, values);
  REQUIRE(values == sample.parameters);
  reader.read("optimizer/first_moment", sample.slots, values);
  REQUIRE(values == sample.moments);

  const std::vector<TensorSlot> slots = reader.slots("parameters");
  REQUIRE(slots.size() == 4);
  REQUIRE(slots[0].name == "embedding.weight");
  REQUIRE(slots[1].name == "encoder.0.attention.query.bias");
  REQUIRE(slots[1].shape == std::vector<Index>{3});
  REQUIRE(slots[3].shape == std::vector<Index>{2, 3});
}

TEST_CASE("empty parts of a header come back empty", "[checkpoint]") {
  const TemporaryFolder folder;
  Sample sample;
  sample.header = {};
  sample.header.progress.best_metric = -std::numeric_limits<double>::infinity();
  write_checkpoint(folder.path("a.h5"), sample.header, sample.slots, sample.groups());
  require_same(CheckpointReader(folder.path("a.h5")).header(), sample.header);
}

TEST_CASE("states come back bit for bit, whichever component keeps them", "[checkpoint]") {
  const TemporaryFolder folder;
  using Bits = std::vector<std::uint64_t>;
  const Bits bits = {0x7ff8000000000000, 0x7ff0000000000001, 0xfff8dead0000beef, 0x8000000000000000,
                     0x7ff0000000000000, 0x0000000000000001, 0x3fd3333333333334};
  std::vector<double> numbers;  // NaN of three kinds, -0, infinity, the smallest number, 0.1 + 0.2
  for (const std::uint64_t number : bits) numbers.push_back(std::bit_cast<double>(number));
  const std::vector<std::int64_t> integers = {std::numeric_limits<std::int64_t>::min(), -1, 0,
                                              std::numeric_limits<std::int64_t>::max()};
  const std::string longest(100, 'n');
  Sample sample;
  sample.header.state["of-a_Stranger9"].set("a", numbers);
  sample.header.state["of-a_Stranger9"].set(longest, integers);
  sample.header.state[longest].set("texts", Texts{"", "\xf0\x9f\xa7\xac", std::string(3000, 'x'), ""});
  sample.header.state["empty"].set("texts", Texts{});
  sample.header.state["empty"].set("numbers", std::vector<double>{});
  sample.header.state["empty"].set("integers", std::vector<std::int64_t>{});
  write_checkpoint(folder.path("a.h5"), sample.header, sample.slots, sample.groups());
  std::map<std::string, State> found = CheckpointReader(folder.path("a.h5")).header().state;
  Bits found_bits;
  for (const double number : found["of-a_Stranger9"].numbers("a"))
    found_bits.push_back(std::bit_cast<std::uint64_t>(number));
  CHECK(found_bits == bits);
  found["of-a_Stranger9"].set("a", std::vector<double>{});  // NaN is not equal to itself
  sample.header.state["of-a_Stranger9"].set("a", std::vector<double>{});
  CHECK(found == sample.header.state);
}

TEST_CASE("a component without lists leaves nothing in the file", "[checkpoint]") {
  const TemporaryFolder folder;
  Sample sample;
  sample.header.state["idle"];
  write_checkpoint(folder.path("a.h5"), sample.header, sample.slots, sample.groups());
  CHECK(CheckpointReader(folder.path("a.h5")).header().state == Sample().header.state);
}

// More members than one node of a group's tree holds, over two levels of nodes.
TEST_CASE("a group of many tensors comes back", "[checkpoint]") {
  const TemporaryFolder folder;
  const Index count = 1500;
  std::vector<TensorSlot> slots;
  std::vector<float> values(static_cast<std::size_t>(count));  // [1500]
  for (Index i = 0; i < count; ++i) {
    slots.push_back({"block." + std::to_string(i) + ".scale", {1}, i});
    values[static_cast<std::size_t>(i)] = static_cast<float>(i);
  }
  const std::vector<TensorGroup> groups = {{"parameters", values}};
  write_checkpoint(folder.path("a.h5"), Sample().header, slots, groups);
  std::vector<float> found(values.size());
  CheckpointReader(folder.path("a.h5")).read("parameters", slots, found);
  REQUIRE(found == values);
}

TEST_CASE("two checkpoints are open at the same time", "[checkpoint]") {
  const TemporaryFolder folder;
  Sample sample;
  write_checkpoint(folder.path("a.h5"), sample.header, sample.slots, sample.groups());
  CheckpointReader first(folder.path("a.h5"));
  sample.parameters[0] = 99.0F;
  write_checkpoint(folder.path("a.h5"), sample.header, sample.slots, sample.groups());
  const CheckpointReader second(folder.path("a.h5"));
  const CheckpointReader moved(std::move(first));
  std::vector<float> values(27);
  moved.read("parameters", sample.slots, values);
  REQUIRE(values[0] == -1.0F);
  second.read("parameters", sample.slots, values);
  REQUIRE(values[0] == 99.0F);
}

TEST_CASE("the bytes depend on the contents alone", "[checkpoint]") {
  const Sample sample;
  const std::vector<unsigned char> bytes = sample.bytes();
  // glibc fills fresh and freed memory with this value: bytes that nobody wrote would show.
  for (const int fill : {0x55, 0xaa, 0}) {
    ::mallopt(M_PERTURB, fill);
    REQUIRE(sample.bytes() == bytes);
  }
  Sample other;
  other.moments[3] = std::nextafter(other.moments[3], 1.0F);
  REQUIRE(other.bytes() != bytes);
}

TEST_CASE("libhdf5 opens the very file with its trailer", "[checkpoint]") {
  const TemporaryFolder folder;
  const Sample sample;
  write_checkpoint(folder.path("last.h5"), sample.header, sample.slots, sample.groups());
  const hdf5::Hid file =
      hdf5::own(H5Fopen(folder.path("last.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open");
  const hdf5::Hid dataset = hdf5::own(
      H5Dopen2(file.get(), "/parameters/encoder/0/attention/query/weight", H5P_DEFAULT), H5Dclose, "dataset");
  std::vector<float> values(9);  // [3, 3]
  REQUIRE(H5Dread(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  REQUIRE(values == std::vector<float>(sample.parameters.begin(), sample.parameters.begin() + 9));
}

TEST_CASE("names and shapes must be the file's", "[checkpoint]") {
  const TemporaryFolder folder;
  Sample sample;
  const std::string path = folder.path("a.h5");
  write_checkpoint(path, sample.header, sample.slots, sample.groups());
  const CheckpointReader reader(path);
  std::vector<float> values(40);
  const auto message = [&](const std::string& group) {
    return message_of([&] { reader.read(group, sample.slots, values); });
  };
  REQUIRE_THAT(message("optimizer/none"), Contains("a.h5' has no group '/optimizer/none'"));
  sample.slots[0].shape = {3, 2};
  REQUIRE_THAT(message("parameters"),
               Contains("'head.weight'") && Contains("[2, 3] where the model has [3, 2]"));
  sample.slots[0].shape = {6};
  REQUIRE_THAT(message("parameters"), Contains("[2, 3] where the model has [6]"));
  sample.slots[0].name = "head.kernel";
  REQUIRE_THAT(message("parameters"), Contains("lacks the tensor 'head.kernel'"));
  sample.slots.erase(sample.slots.begin());
  REQUIRE_THAT(message("parameters"), Contains("holds the tensor 'head.weight', which the model has not"));
  sample = Sample();
  sample.slots[0].offset = 35;
  REQUIRE_THAT(message("parameters"), Contains("'head.weight' does not fit the 40 numbers"));
}

TEST_CASE("NaN and infinity are named, and never replace a good checkpoint", "[checkpoint]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("a.h5");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Sample sample;
    sample.parameters[19] = bad;
    write_bytes(path, sample.bytes());
    REQUIRE_THAT(reader_message(path),
                 Contains("tensor 'head.weight' of '/parameters' holds NaN or infinity at 1"));
    REQUIRE_THAT(message_of([&] { write_checkpoint(path, sample.header, sample.slots, sample.groups()); }),
                 Contains("cannot write") && Contains("'head.weight' of 'parameters' holds NaN"));
  }
}

TEST_CASE("what a checkpoint cannot hold is refused before anything is written", "[checkpoint]") {
  const auto message = [](const Sample& sample) { return message_of([&] { sample.bytes(); }); };
  Sample sample;
  sample.header.state["tokenizer"].set("vocabulary", Texts{"a", "b", std::string("a\0b", 3)});
  REQUIRE_THAT(message(sample), Contains("state tokenizer.vocabulary: text 3 holds a NUL character"));
  for (const std::string& name : {std::string(), std::string("a/b"), std::string("a.b"), std::string("a b"),
                                  std::string("..x"), std::string(101, 'n')}) {
    sample = Sample();
    sample.header.state["task"].set(name, Texts{"a"});
    REQUIRE_THAT(message(sample), Contains("state name '" + name + "' of 'task' cannot be in a checkpoint"));
    sample = Sample();
    sample.header.state[name].set("labels", Texts{"a"});
    REQUIRE_THAT(message(sample),
                 Contains("state name 'labels' of '" + name + "' cannot be in a checkpoint"));
  }
  for (const char* name :
       {"", "a..b", "a/b", "a b", ".a", "a.", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17"}) {
    sample = Sample();
    sample.slots[0].name = name;
    REQUIRE_THAT(message(sample), Contains("cannot be in a checkpoint"));
  }
  sample = Sample();
  sample.slots[1].name = sample.slots[0].name;
  REQUIRE_THAT(message(sample), Contains("creating 'parameters/head/weight'"));
  for (const std::vector<Index>& shape : std::vector<std::vector<Index>>{{}, {1, 1, 1}, {0}, {-1}, {4, 3}}) {
    sample = Sample();
    sample.slots[0].shape = shape;
    REQUIRE_THAT(message(sample), Contains("tensor 'head.weight'") && Contains("does not fit"));
  }
  for (const char* group : {"", "moments", "optimizer", "optimizer/a/b", "../parameters"}) {
    sample = Sample();
    const std::vector<TensorGroup> groups = {{group, sample.parameters}};
    REQUIRE_THAT(message_of([&] { checkpoint_image(sample.header, sample.slots, groups); }),
                 Contains("is no group of a checkpoint"));
  }
}
