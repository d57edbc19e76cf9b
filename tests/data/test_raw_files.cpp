// Several training files are read as the one that has all their records.
#include <functional>

#include <fmt/format.h>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "data/target_file.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using testing::load;
using testing::message_of;
using testing::TempFolder;

std::string message_of_load(const TempFolder& folder, const DataConfig& config) {
  return folder.without_path(message_of([&] { load(folder, config); }));
}

void check_same(const LoadedData& a, const LoadedData& b) {
  CHECK(checksum(a.train) == checksum(b.train));
  CHECK(checksum(a.validation) == checksum(b.validation));
  CHECK(a.train.size() > 0);
  CHECK(a.validation.size() > 0);
  CHECK(a.preprocessing.mean == b.preprocessing.mean);
  CHECK(a.preprocessing.missing_mean == b.preprocessing.missing_mean);
}

/// Lines label, tab, text; `from` makes them differ.
std::string numbered_lines(int from, int count) {
  std::string text;
  for (int i = from; i < from + count; ++i) text += fmt::format("{}\tword{} x{}\n", i % 3, i, i % 7);
  return text;
}

}  // namespace

TEST_CASE("several files give the bits of one that has their records in this order", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  config.validation_fraction = 0.2;
  folder.write("a", numbered_lines(0, 31));
  folder.write("b", numbered_lines(31, 17));
  folder.write("c", numbered_lines(48, 40));
  folder.write("all", numbered_lines(0, 88));
  config.train = "all";
  const LoadedData one = load(folder, config);
  config.train = {"a", "b", "c"};
  const LoadedData several = load(folder, config);
  check_same(one, several);
  CHECK(one.notes == several.notes);
  CHECK(several.train_path == folder.file("a") + " and 2 more files");
  config.train = {"b", "a", "c"};
  CHECK(checksum(load(folder, config).train) != checksum(one.train));
  for (std::uint32_t i = 0; i < several.train.size(); ++i) {
    const Index line = one.train_locations[i];  // from 1
    const std::string expected = line <= 31   ? fmt::format("a:{}", line)
                                 : line <= 48 ? fmt::format("b:{}", line - 31)
                                              : fmt::format("c:{}", line - 48);
    REQUIRE(folder.without_path(several.train_location(i)) == expected);
  }
}

TEST_CASE("weights and groups that only a later file has count from there", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("csv");
  config.validation_fraction = 0.25;
  config.format.options = {{"group_column", "g"}, {"weight_column", "w"}};
  const std::string header = "label,text,g,w\n", plain = "p,one,,1\nq,two,,1\np,three,,1\nq,four,,1\n",
                    marked = "p,five,k,2\nq,six,k,0.5\np,seven,m,1\nq,eight,m,1\n";
  folder.write("a", header + plain);
  folder.write("b", header + marked);
  folder.write("ab", header + plain + marked);
  folder.write("ba", header + marked + plain);
  for (const auto& [names, all] : {std::pair{Paths{"a", "b"}, "ab"}, std::pair{Paths{"b", "a"}, "ba"}}) {
    config.train = all;
    const LoadedData one = load(folder, config);
    config.train = names;
    check_same(one, load(folder, config));
  }
}

TEST_CASE("numbers of several files are as those of one", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("ts");
  config.validation_fraction = 0.3;
  config.missing = "mean";
  const std::string first = "1,2,3:a\n4,?:b\n5,6:a\n", second = "7,8,9:b\n?,2:a\n3,1:b\n";
  folder.write("a", "@data\n" + first);
  folder.write("b", "@data\n" + second);
  folder.write("all", "@data\n" + first + second);
  config.train = "all";
  const LoadedData one = load(folder, config);
  config.train = {"a", "b"};
  const LoadedData both = load(folder, config);
  check_same(one, both);
  CHECK(one.notes == both.notes);  // how many values were filled among them
}

TEST_CASE("what is wrong in one of several files is told with its own line", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  folder.write("a", "x\tone\ny\ttwo\nx\tfour\n");
  folder.write("b", "x\tone more\nno tab\ny\tlast\n");
  config.train = {"a", "b"};
  CHECK_THAT(message_of_load(folder, config), catch_matchers::StartsWith("b:2: no tab"));
  // A whole column is looked at: both labels are seen only together.
  folder.write("a", "x y\tone\nz\ttwo\n");
  folder.write("b", "z\tthree\nx\xC2\xA0y\tlast\n");
  const std::string alike = message_of_load(folder, config);
  CHECK_THAT(alike, catch_matchers::StartsWith("b:2: label "));
  CHECK_THAT(alike, catch_matchers::Contains(" (a:1), but has other characters"));
  folder.write("b", "x\tone\ty\n");
  config.format = {"csv", {{"delimiter", "\t"}}};
  folder.write("a", "label\ttext\nx\tone\ny\ttwo\n");
  folder.write("b", "label\ttext\nx\tthree\ny\tfour\tfive\n");
  CHECK_THAT(message_of_load(folder, config), catch_matchers::StartsWith("b:3: "));
}

TEST_CASE("an error that needs all targets is told with all files, one of a target with its file",
          "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  folder.write("a", "x\tone\nx\ttwo\n");
  folder.write("b", "x\tthree\n");
  folder.write("c", "x\tfour\n");
  config.train = {"a", "b"};
  CHECK_THAT(message_of_load(folder, config),
             catch_matchers::Contains("a and " + std::string("b: every sequence has")));
  const auto message = [&](const std::string& task) {
    return folder.without_path(message_of([&] { load(folder, config, task); }));
  };
  folder.write("a", "1\tone\n2\ttwo\n");
  folder.write("b", "3\tthree\nnine\tfour\n");
  CHECK_THAT(message("regression"), catch_matchers::StartsWith("b:2:1: the target \"nine\""));
  // One label too few for its rows: found when texts become rows.
  folder.write("a", "p q\tone two\nq p\ttwo one\n");
  folder.write("b", "p p\tone two\np\tthree four\n");
  config.validation_fraction = 0;
  CHECK_THAT(message("token_labels"), catch_matchers::StartsWith("b:2: 1 label for 2 rows"));
}

TEST_CASE("a file that is named twice is an error under any name", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  folder.write("a", "x\tone\ny\ttwo\n");
  folder.write("b", "x\tthree\n");
  std::filesystem::create_symlink(folder.file("a"), folder.file("link"));
  for (const char* again : {"a", "./a", "link"}) {
    config.train = Paths({"a", "b", again});
    CHECK_THAT(message_of_load(folder, config),
               catch_matchers::Contains("is data.train[0] and data.train[2], a; name each file once"));
  }
}

TEST_CASE("each of several files must be there and have the first one's channels", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("ts");
  folder.write("a", "@data\n1,2:3,4:p\n5:6:q\n");
  folder.write("b", "@data\n1,2:p\n");
  config.train = {"a", "b"};
  CHECK(message_of_load(folder, config) == "b: 1 channel, but a has 2; expected as many");
  config.train = {"a", "none"};
  CHECK(message_of_load(folder, config) ==
        "none: no such file; paths in a config are relative to the config's folder");
}

TEST_CASE("each of several files shows its first errors", "[files]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  std::string broken;
  for (int i = 0; i < 30; ++i) broken += "nothing\n";
  folder.write("a", "x\tone\n" + broken);
  folder.write("b", "y\ttwo\n" + broken);
  config.train = {"a", "b"};
  const std::string message = message_of_load(folder, config);
  for (const char* part : {"a:2: ", "a:21: ", "\na: and 10 more\nb:2: ", "b:21: ", "\nb: and 10 more"})
    CHECK_THAT(message, catch_matchers::Contains(part));
}

TEST_CASE("sequences of files without lines are counted in their own file", "[files]") {
  RawSplit raw;
  raw.sources = {{"a", 0}, {"b", 2}};
  raw.targets = {"x", "x", "y", "y"};
  CHECK(raw.location(1) == "a: sequence 1");
  CHECK(raw.location(2) == "b: sequence 0");
  FileErrors errors(raw.paths());
  add_at(raw, 3, errors, [] { return "wrong"; });
  CHECK(plain_message(errors.report()) == "b: sequence 1: wrong");
  LoadedData data;
  data.train_sources = {{"a", 0}, {"b", 1}};  // one of the first file's two is validated on
  data.train_locations = {1, 0, 1};
  CHECK(data.train_location(0) == "a: sequence 1");
  CHECK(data.train_location(2) == "b: sequence 1");
}
