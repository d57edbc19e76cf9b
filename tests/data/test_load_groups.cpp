// Groups and weights of the records of a data set.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "load_files.hpp"

namespace {

using namespace orochi;
using testing::files;
using testing::load_message;
using testing::TempFolder;

}  // namespace

TEST_CASE("a group in the training file and in another one is an error with both places", "[load]") {
  const TempFolder folder;
  folder.write("train.csv", "label,text,who\na,x,ann\nb,y,bob\na,z,\n");
  folder.write("validation.csv", "label,text,who\na,u,\nb,v,eve\n");
  folder.write("test.csv", "label,text,who\na,w,eve\nb,q,bob\na,r,ann\n");
  DataConfig config = files("csv", "train.csv", "validation.csv", "test.csv");
  config.format.options = {{"group_column", "who"}};
  CHECK(
      load_message(folder, config) ==
      "test.csv:3: its group \"bob\" is in the training file, too: train.csv:3; a group must be in one file\n"
      "test.csv:4: its group \"ann\" is in the training file, too: train.csv:2; a group must be in one file");
  config.test.clear();
  CHECK(testing::load_data(config, folder.path(), 1).validation.size() == 2);
  config.format.options = {{"group_column", "whom"}};
  CHECK_THAT(load_message(folder, config),
             catch_matchers::Contains("train.csv:1: no column \"whom\" (data.format.group_column)"));
}

TEST_CASE("the split of a file keeps its groups whole", "[load]") {
  const TempFolder folder;
  std::string text = "label,text,who\n";
  for (int i = 0; i < 60; ++i)
    text += std::string(i % 2 == 0 ? "a" : "b") + ",t" + std::to_string(i) + "," + "g" +
            std::to_string(i / 6) + "\n";
  folder.write("train.csv", text);
  DataConfig config = files("csv", "train.csv");
  config.validation_fraction = 0.2;
  config.format.options = {{"group_column", "who"}};
  config.tokenizer.options = {{"min_count", std::int64_t{1}}};
  const LoadedData data = testing::load_data(config, folder.path(), 7);
  CHECK(data.validation.size() == 12);  // two groups of six, each with three of a and b
  std::set<Index> groups;
  for (const Index line : data.train_locations) groups.insert((line - 2) / 6);
  CHECK(groups.size() == 8);
  CHECK(std::find(data.notes.begin(), data.notes.end(), "10 groups") != data.notes.end());
}

TEST_CASE("weights are positive numbers, and their place is said", "[load]") {
  const TempFolder folder;
  DataConfig config = files("csv", "train.csv");
  config.validation_fraction = 0;
  config.format.options = {{"weight_column", "w"}};
  folder.write("train.csv", "label,text,w\na,x,0\nb,y,-1\na,z,nan\nb,u,heavy\nb,v,1e-60\nb,w,2.5\n");
  CHECK(load_message(folder, config) ==
        "train.csv:2: its weight is 0; expected a positive number\n"
        "train.csv:3: its weight is -1; expected a positive number\n"
        "train.csv:4: its weight is \"nan\"; expected a positive number\n"
        "train.csv:5: its weight is \"heavy\"; expected a positive number\n"
        "train.csv:6: its weight is 1e-60; expected a positive number");
  folder.write("train.csv", "label,text,w\na,x,1\nb,y,2.5\na,z,0.5\n");
  const LoadedData weighted = testing::load_data(config, folder.path(), 1);
  CHECK(weighted.train.weights == std::vector<float>{1, 2.5f, 0.5f});
  CHECK(std::find(weighted.notes.begin(), weighted.notes.end(), "weights from 0.5 to 2.5") !=
        weighted.notes.end());
  config.validation_fraction = 0.34;
  const LoadedData parts = testing::load_data(config, folder.path(), 1);
  CHECK(parts.train.weights.size() == 2);
  CHECK(parts.validation.weights.size() == 1);
  folder.write("train.csv", "label,text,w\na,x,1\nb,y,1.0\n");
  config.validation_fraction = 0;
  CHECK(testing::load_data(config, folder.path(), 1).train.weights.empty());
}
