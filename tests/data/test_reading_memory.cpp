#include <sys/stat.h>

#include "catch.hpp"
#include "data/reading_memory.hpp"
#include "hdf5_fixture.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

double memory_of(const DataConfig& config, const std::string& path) {
  return reading_memory(config, *builtin_readers().make(config.format),
                        *builtin_tokenizers().make(config.tokenizer), path);
}

double memory_for(const TempFolder& folder, DataConfig config, const std::string& line) {
  std::string contents;
  while (contents.size() < 1'000'000) contents += line;
  return memory_of(config, folder.write("f", contents)) / static_cast<double>(contents.size());
}

}  // namespace

TEST_CASE("short lines take many times the file, long ones little more than its texts", "[memory]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  CHECK(memory_for(folder, config, "a\tx\n") > 25);
  const std::string long_line = "a\t" + std::string(1000, 'x') + "\n";
  CHECK(memory_for(folder, config, long_line) < 5);
  config.tokenizer.type = "char";
  config.max_length = 1000;
  CHECK(memory_for(folder, config, long_line) > 6);
  config.tokenizer.type = "whitespace";
  CHECK(memory_for(folder, config, long_line) < 5);
  CHECK(memory_for(folder, testing::config_for("ts"), "1:a\n") > 25);
}

TEST_CASE("a compressed HDF5 file counts by what it unpacks to", "[memory]") {
  const TempFolder folder;
  const std::string path = folder.file("f");
  {
    const testing::Hid file =
        testing::own(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, path);
    const std::vector<float> values(2'000'000);
    const std::vector<std::uint8_t> labels(1000);
    testing::write_dataset(file.get(), "values", H5T_NATIVE_FLOAT, {1'000'000, 2}, values.data(), 9);
    testing::write_dataset(file.get(), "labels", H5T_NATIVE_UINT8, {1000}, labels.data());
  }
  CHECK(std::filesystem::file_size(path) < 100'000);
  CHECK(memory_of(testing::config_for("hdf5"), path) > 3e7);
  CHECK(memory_of(testing::config_for("hdf5"), path) < 4e7);
}

TEST_CASE("files that cannot be read take nothing", "[memory]") {
  const TempFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const char* format : {"tsv", "hdf5"}) {
    const DataConfig config = testing::config_for(format);
    CHECK(memory_of(config, folder.file("none")) == 0);
    CHECK(memory_of(config, folder.path()) == 0);
    CHECK(memory_of(config, pipe) == 0);
  }
  CHECK(memory_of(testing::config_for("hdf5"), folder.write("f", "no HDF5")) == 0);
}
