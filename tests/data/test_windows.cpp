// data.long = "windows": records that are longer than data.max_length as consecutive windows.
#include <set>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "data/inputs.hpp"
#include "data/windows.hpp"
#include "hdf5_fixture.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

namespace {

using namespace orochi;
using namespace orochi::testing;
using Lines = std::vector<std::string>;

DataConfig in_windows(const std::string& format, Index max_length) {
  DataConfig config = config_for(format);
  config.long_sequences = "windows";
  config.max_length = max_length;
  config.validation_fraction = 0;
  config.normalize = false;
  config.train = "f";
  return config;
}

/// The words of each sequence.
Lines words_of_each(const Sequences& sequences, const Preprocessing& preprocessing) {
  Lines texts;
  for (Index i = 0; i < sequences.size(); ++i) {
    texts.emplace_back();
    for (Index row = sequences.offsets[static_cast<std::size_t>(i)];
         row < sequences.offsets[static_cast<std::size_t>(i) + 1]; ++row)
      texts.back() += preprocessing.token(sequences.tokens[static_cast<std::size_t>(row)]);
  }
  return texts;
}

}  // namespace

TEST_CASE("ceil(T / most) windows have all rows in order, none a row more than another", "[windows]") {
  for (Index most = 1; most < 12; ++most)
    for (Index rows = 1; rows < 40; ++rows) {
      const std::vector<Index> offsets{3, 3 + rows};
      const Windows windows = windows_of(offsets, most);
      REQUIRE(windows.count() == (rows + most - 1) / most);
      REQUIRE(windows.offsets.front() == 3);
      REQUIRE(windows.offsets.back() == 3 + rows);
      for (Index w = 0; w < windows.count(); ++w) {
        REQUIRE(windows.rows(w) <= most);
        REQUIRE(windows.rows(w) <= windows.rows(0));
        REQUIRE(windows.rows(w) >= windows.rows(0) - 1);
      }
    }
  const Windows several = windows_of(std::vector<Index>{0, 7, 9, 12}, 3);
  CHECK(several.offsets == std::vector<Index>{0, 3, 5, 7, 9, 12});
  CHECK(several.first == std::vector<Index>{0, 3, 4, 5});
  CHECK(windows_of(std::vector<Index>{0, 7, 9}, 0).offsets == std::vector<Index>{0, 7, 9});
}

TEST_CASE("to train on, each window has the record's target, 1 / n of its weight, its location",
          "[windows]") {
  const TempFolder folder;
  folder.write("f", "label,text,w\nx,a b c d e,3\ny,f g,0.5\nz,a c e g,1\n");
  DataConfig config = in_windows("csv", 2);
  config.format.options = {{"weight_column", std::string("w")}};
  const LoadedData data = load(folder, config);
  CHECK(words_of_each(data.train, data.preprocessing) == Lines{"ab", "cd", "e", "fg", "ac", "eg"});
  CHECK(data.train.targets == std::vector<double>{0, 0, 0, 1, 2, 2});
  CHECK(data.train.weights == std::vector<float>{1, 1, 1, 0.5f, 0.5f, 0.5f});
  CHECK(data.train.window == 0);
  CHECK(folder.without_path(data.train_location(2)) == "f:2");
  CHECK(folder.without_path(data.train_location(3)) == "f:3");
  CHECK(folder.without_path(data.train_location(5)) == "f:4");
  CHECK(data.notes[0] == "train: 3 sequences, 11 rows, longest 5");
  CHECK(data.notes[1] ==
        "2 of 3 train sequences were longer than max_length = 2 and became 5 windows (longest: 5)");
}

TEST_CASE("windows of several files are named by file and line", "[windows]") {
  const TempFolder folder;
  folder.write("f", "x\ta b c\ny\td\n");
  folder.write("g", "x\te f\ny\ta b c d\n");
  DataConfig config = in_windows("tsv", 2);
  config.train = {"f", "g"};
  const LoadedData data = load(folder, config);
  Lines found;
  for (std::uint32_t i = 0; i < 6; ++i) found.push_back(folder.without_path(data.train_location(i)));
  CHECK(found == Lines{"f:1", "f:1", "f:2", "g:1", "g:2", "g:2"});
}

TEST_CASE("without weights, windows weigh 1 / n, and nothing has weights where none is long", "[windows]") {
  const TempFolder folder;
  folder.write("f", "x\ta b c d e f g h i\ny\ta\n");
  CHECK(load(folder, in_windows("tsv", 3)).train.weights ==
        std::vector<float>{1.0f / 3, 1.0f / 3, 1.0f / 3, 1});
  const DataConfig wide = in_windows("tsv", 9);
  DataConfig cut = wide;
  cut.long_sequences = "cut";
  CHECK(load(folder, wide).train.weights.empty());
  CHECK(checksum(load(folder, wide).train) == checksum(load(folder, cut).train));
}

TEST_CASE("a record is whole where it is evaluated or predicted, the same from file and line", "[windows]") {
  const TempFolder folder;
  folder.write("f", "x\ta b c d e\ny\tf g\n");
  const DataConfig config = in_windows("tsv", 2);
  const std::unique_ptr<Task> task = new_task();
  const LoadedData data = load(folder, config, *task);
  Lines notes;
  const Sequences evaluated =
      load_file(config, builtin_readers(), data.preprocessing, *task, folder.file("f"), notes).sequences;
  CHECK(evaluated.window == 2);
  CHECK(evaluated.targets == std::vector<double>{0, 1});
  CHECK(words_of_each(evaluated, data.preprocessing) == Lines{"abcde", "fg"});
  CHECK(notes[1] == "1 of 2 f sequences was longer than max_length = 2 and became 3 windows (longest: 5)");
  const Sequences asked =
      load_inputs(config, builtin_readers(), data.preprocessing, folder.file("f"), false, false, notes)
          .sequences;
  const InputEncoder encoder(config, data.preprocessing);
  Sequences lines = encoder.none();
  CHECK(encoder.append_line("a b c d e", lines));
  CHECK_FALSE(encoder.append_line("f g", lines));
  for (const Sequences& other : {asked, lines}) {
    CHECK(other.window == 2);
    CHECK(other.tokens == evaluated.tokens);
    CHECK(other.offsets == evaluated.offsets);
  }
  Sequences again = evaluated;
  cut_windows(again);
  CHECK(checksum(again) == checksum(data.train));
  const std::uint32_t second = 1;
  CHECK(evaluated.take({&second, 1}).window == 2);
  Sequences whole = evaluated;
  whole.window = 0;
  CHECK(checksum(whole) != checksum(evaluated));
}

TEST_CASE("labels of rows go with their windows and keep their weight", "[windows]") {
  const TempFolder folder;
  folder.write("f", "label,text,w\nA B C D E,a b c d e,2\nA,z,1\n");
  DataConfig config = in_windows("csv", 2);
  config.format.options = {{"weight_column", std::string("w")}};
  const LoadedData data = load(folder, config, *new_task("token_labels"));
  CHECK(data.train.offsets == std::vector<Index>{0, 2, 4, 5, 6});
  CHECK(data.train.targets == std::vector<double>{0, 1, 2, 3, 4, 0});
  CHECK(data.train.target(1)[1] == 3);
  CHECK(data.train.weights == std::vector<float>{2, 2, 2, 2, 2, 1});
}

TEST_CASE("numeric series are windows, too, gaps filled over the whole, from text and HDF5", "[windows]") {
  const TempFolder folder;
  const double gap = std::nan("");
  DataConfig config = in_windows("hdf5", 2);
  config.missing = "interpolate";
  Fixture fixture;
  fixture.values = {1, 10, gap, 20, 4, 30, gap, 40, 7, 50, 8, 9};
  fixture.values_shape = {6, 2};
  fixture.offsets = {0, 5, 6};
  fixture.write(folder);
  const LoadedData binary = load(folder, config);
  folder.write("f", "@data\n1,?,4,?,7:10,20,30,40,50:7\n8:9:9\n");
  config.format.type = "ts";
  const LoadedData text = load(folder, config);
  CHECK(binary.train.values == std::vector<float>{1, 10, 2.5f, 20, 4, 30, 5.5f, 40, 7, 50, 8, 9});
  CHECK(binary.train.offsets == std::vector<Index>{0, 2, 4, 5, 6});
  CHECK(checksum(text.train) == checksum(binary.train));
  CHECK(binary.train_location(2) == binary.train_path + ": sequence 0");
  CHECK(binary.train_location(3) == binary.train_path + ": sequence 1");
  const InputEncoder encoder(config, text.preprocessing);
  bool is_long = false;
  CHECK(encoder.encode_values("1,?,4,?,7:10,20,30,40,50", &is_long) ==
        std::vector<float>{1, 10, 2.5f, 20, 4, 30, 5.5f, 40, 7, 50});
  CHECK(is_long);
  config.missing = "mean";  // of all rows: (1 + 4 + 7 + 8) / 4
  CHECK(load(folder, config).train.values[2] == 5);
}

TEST_CASE("the split is by record: no record has windows on both sides", "[windows]") {
  const TempFolder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += i % 2 == 0 ? "x\t" : "y\t";
    for (int word = 0; word < 1 + i % 7; ++word) text += "w" + std::to_string(i) + " ";
    text += "\n";
  }
  folder.write("f", text);
  DataConfig config = in_windows("tsv", 2);
  config.validation_fraction = 0.25;
  DataConfig cut = config;
  cut.long_sequences = "cut";
  const LoadedData data = load(folder, config), expected = load(folder, cut);
  CHECK(data.validation.size() == 10);
  CHECK(data.validation.window == 2);
  CHECK(data.validation.targets == expected.validation.targets);
  std::set<Index> lines(data.train_locations.begin(), data.train_locations.end());
  CHECK(std::vector<Index>(lines.begin(), lines.end()) == expected.train_locations);
  CHECK(data.train.size() > 30);
  double weight = 0;
  for (const float one : data.train.weights) weight += static_cast<double>(one);
  CHECK_THAT(weight, catch_matchers::WithinRel(30.0, 1e-6));
  // Validation's words are its own, so training's vocabulary has none of them.
  const auto unknown = data.preprocessing.tokenizer->unknown();
  CHECK(std::set<std::int32_t>(data.validation.tokens.begin(), data.validation.tokens.end()) ==
        std::set<std::int32_t>{unknown});
}

TEST_CASE("a tokenizer gives all tokens, and all of them make the vocabulary", "[windows]") {
  CHECK(InputEncoder::tokens_needed(in_windows("tsv", 3)) > 1'000'000'000);
  const TempFolder folder;
  folder.write("f", "x\ta b c d\ny\ta\n");
  CHECK(load(folder, in_windows("tsv", 1)).preprocessing.vocabulary_size() == 5);
}

TEST_CASE("records of several texts have no windows", "[windows]") {
  const TempFolder folder;
  folder.write("f", "label,p,q\nx,a b c,d\ny,m,n\n");
  DataConfig config = in_windows("csv", 4);
  config.format.options = {{"text_columns", Lines{"p", "q"}}};
  CHECK(message_of([&] { load(folder, config); }) ==
        "data.long is \"windows\", but a record has 2 texts; allowed with several texts: \"cut\"");
}
