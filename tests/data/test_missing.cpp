// Missing values of numeric series: filled after reading, the same way for training and for what comes later.
#include <algorithm>
#include <cmath>
#include <limits>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "data/preprocessing_state.hpp"
#include "hdf5_fixture.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using testing::load;
using testing::message_of;
using testing::TempFolder;

constexpr float gap = std::numeric_limits<float>::quiet_NaN();

DataConfig config_with(const std::string& missing, bool indicator = false) {
  DataConfig config = testing::config_for("ts");
  config.train = "t";
  config.validation_fraction = 0;
  config.normalize = false;
  config.missing = missing;
  config.missing_indicator = indicator;
  return config;
}

/// Two channels; 4 and 5 missing values in two sequences, one of which has no value of channel 2.
const char* const gaps =
    "@dimensions 2\n@data\n"
    "?,1,NaN,nAn,4,?:1,2,3,4,5,6:a\n"
    "3,7:?,?:b\n";

bool has(const std::vector<std::string>& notes, const std::string& note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

}  // namespace

TEST_CASE("interpolation is by the line between neighbours, at the ends by the nearest", "[missing]") {
  const TempFolder folder;
  folder.write("t", gaps);
  const LoadedData data = load(folder, config_with("interpolate"));
  // Channel 2 of the second sequence: the mean of 1 to 6.
  CHECK(data.train.values == std::vector<float>{1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 4, 6, 3, 3.5f, 7, 3.5f});
  CHECK(data.preprocessing.missing_mean == std::vector<float>{15.0f / 4, 3.5f});
  CHECK(has(data.notes, "filled 6 missing values of 2 sequences by interpolation"));
  CHECK(has(data.notes, "in 1 sequence a channel has no value at all: filled by its training mean"));
}

TEST_CASE("means are of the known values of the training sequences, as far as they are kept", "[missing]") {
  const TempFolder folder;
  folder.write("t", gaps);
  folder.write("v", "@data\n?,10:20,?:a\n");
  DataConfig config = config_with("mean");
  config.validation = "v";
  config.validation_fraction = DataConfig().validation_fraction;
  LoadedData data = load(folder, config);
  const float mean = 15.0f / 4;
  CHECK(data.train.values ==
        std::vector<float>{mean, 1, 1, 2, mean, 3, mean, 4, 4, 5, mean, 6, 3, 3.5f, 7, 3.5f});
  CHECK(data.validation.values == std::vector<float>{mean, 20, 10, 3.5f});
  CHECK(has(data.notes, "filled 8 missing values of 3 sequences by the channel's training mean"));
  config.max_length = 2;
  data = load(folder, config);
  CHECK(data.preprocessing.missing_mean == std::vector<float>{11.0f / 3, 1.5f});
}

TEST_CASE("zero is 0 before normalization", "[missing]") {
  const TempFolder folder;
  folder.write("t", "@data\n?,2:a\n4,2:b\n");
  DataConfig config = config_with("zero");
  config.normalize = true;
  const LoadedData data = load(folder, config);
  CHECK(data.preprocessing.mean == std::vector<float>{2});
  CHECK(data.preprocessing.missing_mean.empty());
  CHECK(data.train.values ==
        std::vector<float>{-std::sqrt(2.0f), 0, std::sqrt(2.0f), 0});  // deviation: sqrt(8 / 4)
  CHECK(has(data.notes, "filled 1 missing value of 1 sequence by 0"));
}

TEST_CASE("gaps are filled before the cut at max_length", "[missing]") {
  const TempFolder folder;
  folder.write("t", "@data\n1,?,5:a\n1,2,3:b\n");
  DataConfig config = config_with("interpolate");
  config.max_length = 2;
  CHECK(load(folder, config).train.values == std::vector<float>{1, 3, 1, 2});
}

TEST_CASE("the indicator is a channel that says where a row missed a value", "[missing]") {
  const TempFolder folder;
  folder.write("t", "@data\n1,?:4,5:a\n3,3:?,7:b\n");
  DataConfig config = config_with("zero", true);
  config.normalize = true;
  const LoadedData data = load(folder, config);
  CHECK(data.preprocessing.channels == 3);
  CHECK(data.preprocessing.mean[2] == 0);
  CHECK(data.preprocessing.deviation[2] == 1);
  const Column<float>& values = data.train.values;  // [4, 3]
  REQUIRE(values.size() == 12);
  CHECK(std::vector<float>{values[2], values[5], values[8], values[11]} == std::vector<float>{0, 1, 1, 0});
  config.validation = "v";
  config.validation_fraction = DataConfig().validation_fraction;
  folder.write("v", "@data\n1,2:a\n");
  CHECK(folder.without_path(message_of([&] { load(folder, config); })) ==
        "v: 1 channel, but the training data has 2; expected as many");
}

TEST_CASE("last rows without any value make a shorter series", "[missing]") {
  const TempFolder folder;
  folder.write("t", "@equalLength true\n@data\n1,2,?:1,2,NaN:a\n1,2,3:4,5,?:b\n");
  LoadedData data = load(folder, config_with("mean"));
  CHECK(data.train.offsets == std::vector<Index>{0, 2, 5});
  CHECK(data.train.values[9] == 3);  // of 1, 2, 4, 5
  CHECK(has(data.notes, "shortened 1 sequence whose last rows had no value"));
  folder.write("t", "@data\n1,2,NaN,NaN:a\n3:b\n");
  data = load(folder, config_with("error"));
  CHECK(data.train.values == std::vector<float>{1, 2, 3});
  folder.write("t", "@data\n?,?:a\n3:b\n");
  CHECK(folder.without_path(message_of([&] { load(folder, config_with("mean")); })) ==
        "t:2: every value is missing; leave the sequence out");
}

TEST_CASE("without a setting a missing value is one error that names it", "[missing]") {
  const TempFolder folder;
  folder.write("t", gaps);
  const std::string advice =
      "set data.missing to \"interpolate\", \"mean\" or \"zero\" to have it filled, or leave the sequence "
      "out";
  CHECK(folder.without_path(message_of([&] { load(folder, config_with("error")); })) ==
        "t:3: the value at row 1, channel 1 is missing (6 values of 2 sequences are); " + advice);
  testing::Fixture fixture;
  fixture.values[5] = gap;
  CHECK(testing::errors_of(folder, fixture) ==
        "f: sequence 1: the value at row 1, channel 1 is missing; " + advice);
  folder.write("t", "@data\n1:?:a\n3:?:b\n");
  CHECK(folder.without_path(message_of([&] { load(folder, config_with("mean")); })) ==
        "t: channel 2 has no value in the training sequences; leave it out");
}

TEST_CASE("a row with a label stays, whatever it misses", "[missing]") {
  const TempFolder folder;
  testing::Fixture fixture;
  fixture.values[4] = fixture.values[5] = gap;
  fixture.labels = {7, 9, 7};
  DataConfig config = config_with("interpolate");
  config.format.type = "hdf5";
  config.train = "f";
  fixture.write(folder);
  const LoadedData data =
      load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task("token_labels"));
  CHECK(data.train.values == std::vector<float>{1, 2, 3, 4, 3, 4});
  const InputEncoder encoder(config, data.preprocessing, Level::row);
  CHECK(encoder.encode_values("3,?:4,?") == std::vector<float>{3, 4, 3, 4});
}

TEST_CASE("a model fills what it is given as its training data was filled", "[missing]") {
  const TempFolder folder;
  folder.write("t", gaps);
  for (const std::string missing : {"interpolate", "mean", "zero"})
    for (const bool indicator : {false, true}) {
      INFO(missing << indicator);
      DataConfig config = config_with(missing, indicator);
      config.normalize = true;
      config.max_length = 5;
      const LoadedData data = load(folder, config);
      // What a checkpoint keeps.
      const Preprocessing kept = preprocessing_of(state_of(data.preprocessing), config, builtin_tokenizers());
      CHECK(kept.missing_mean == data.preprocessing.missing_mean);
      const InputEncoder encoder(config, kept);
      Column<float> values = encoder.encode_values("?,1,NaN,nAn,4,?:1,2,3,4,5,6");
      const Column<float> second = encoder.encode_rows(std::vector<float>{3, gap, 7, gap, gap, gap});
      values.insert(values.end(), second.begin(), second.end());
      CHECK(values == data.train.values);
      std::vector<std::string> notes;
      const auto task = new_task();
      task->fit(std::vector<std::string>{"a", "b"});
      const LoadedFile file = load_file(config, builtin_readers(), kept, *task, folder.file("t"), notes);
      CHECK(file.sequences.values == data.train.values);
      CHECK(has(notes, "filled 6 missing values of 2 sequences by " +
                           std::string(missing == "zero"   ? "0"
                                       : missing == "mean" ? "the channel's training mean"
                                                           : "interpolation")));
      CHECK(message_of([&] { encoder.encode_values("?:?"); }) == "every value is missing");
    }
}

TEST_CASE("a model without the setting refuses what is missing", "[missing]") {
  const TempFolder folder;
  folder.write("t", "@data\n1,2:a\n3,4:b\n");
  const DataConfig config = config_with("error");
  const LoadedData data = load(folder, config);
  const std::string advice =
      "the model was trained with data.missing = \"error\": fill it in or leave the sequence out";
  CHECK(message_of([&] { InputEncoder(config, data.preprocessing).encode_values("1,?,3"); }) ==
        "the value at row 2, channel 1 is missing; " + advice);
  folder.write("later", "@data\n1,?,2:a\n");
  const auto task = new_task();
  task->fit(std::vector<std::string>{"a", "b"});
  std::vector<std::string> notes;
  const auto load_later = [&](const std::string& name) {
    return folder.without_path(message_of(
        [&] { load_file(config, builtin_readers(), data.preprocessing, *task, folder.file(name), notes); }));
  };
  CHECK(load_later("later") == "later:2: the value at row 2, channel 1 is missing; " + advice);
  // A path of the command line counts from where one is, not from a config.
  CHECK(load_later("nowhere") == "nowhere: no such file");
}
