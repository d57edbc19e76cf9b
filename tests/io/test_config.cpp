// Reading and writing configurations that are right; files that cannot be read.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "catch.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

namespace {

const std::string minimal = "data.train = \"a.tsv\"\n";

/// Every field at once, doubles by their bits.
bool same(const Config& a, const Config& b) {
  return compare_configs(a, b).empty() && a.layer == b.layer && a.data.train == b.data.train &&
         a.model.block == b.model.block && a.task == b.task && a.train.seed == b.train.seed &&
         std::bit_cast<std::uint64_t>(a.train.learning_rate) ==
             std::bit_cast<std::uint64_t>(b.train.learning_rate) &&
         std::bit_cast<std::uint64_t>(a.model.dropout) == std::bit_cast<std::uint64_t>(b.model.dropout);
}

/// A positive number of any magnitude, subnormal ones included.
double any_number(std::mt19937_64& random) {
  while (true) {
    const double number = std::bit_cast<double>(random() >> 1);
    if (std::isfinite(number) && number > 0) return number;
  }
}

std::string any_text(std::mt19937_64& random) {
  const std::vector<std::string> pieces = {"\"",   "\\",     "\n",     "\r",     "\t", "\x01", "\x1f",
                                           "\x7f", "\u009b", "\u202e", "\ufeff", "é",  "龍",   "😀",
                                           "#",    "=",      "'",      "a",      " ",  "[",    "\\u0041"};
  std::string text = "t";
  for (std::uint64_t n = random() % 9; n > 0; --n) text += pieces[random() % pieces.size()];
  return text;
}

Config any_config(std::mt19937_64& random) {
  Config c;
  const auto fraction = [&] { return std::ldexp(static_cast<double>(random() >> 11), -53); };
  c.data.format.type = random() % 2 ? "csv" : "hdf5";
  c.data.train = any_text(random);
  if (random() % 2 == 0) c.data.train.files.push_back(any_text(random));
  c.data.test = any_text(random);
  if (c.data.format.type == "csv")
    c.data.format.options = {{"text_columns", std::vector<std::string>{any_text(random), any_text(random)}},
                             {"label_column", any_text(random)}};
  c.data.validation_fraction = fraction();
  c.data.tokenizer = {random() % 2 ? "char" : "word",
                      {{"lowercase", random() % 2 == 0},
                       {"min_count", std::int64_t{1}},
                       {"vocab_size", 2 + static_cast<std::int64_t>(random() % 100000)}}};
  c.model.num_heads = 1 + static_cast<Index>(random() % 16);
  c.model.d_model = c.model.num_heads * (1 + static_cast<Index>(random() % 16));
  c.model.dropout = fraction();
  c.model.layer_norm_eps = std::clamp(any_number(random), 1e-30, 1e30);
  c.model.positions = std::array{"none", "sinusoidal", "alibi"}[random() % 3];
  c.model.window = static_cast<Index>(random() % 3);
  c.model.block.assign(random() % 3, {"convolution"});
  if (!c.model.block.empty() && random() % 2 == 0)
    c.model.block.front() = {"relu",
                             {{"dropout", fraction()}, {"window", std::int64_t{5}}, {"norm", "relu"}}};
  if (c.model.block.size() == 2 && random() % 2 == 0)
    c.model.block.back().options = {{"width", std::int64_t{7}}, {"causal", true}};
  c.train.seed = random() % 4294967296;
  c.train.monitor = "loss";
  c.train.learning_rate = any_number(random);
  c.train.schedule = {"linear", {{"final_learning_rate", fraction() * c.train.learning_rate}}};
  c.train.optimizer = {"sgd", {{"momentum", fraction()}, {"weight_decay", any_number(random)}}};
  const bool balanced = random() % 3 == 0;
  std::vector<double> weights;
  for (std::uint64_t k = random() % 4; k > 0; --k)
    weights.push_back(std::clamp(any_number(random), 1e-30, 1e30));
  c.task.options = {{"label_smoothing", fraction()},
                    {"class_weights", balanced ? OptionValue("balanced") : OptionValue(weights)}};
  if (random() % 2) c.layer["relu"];
  if (random() % 2) {
    c.layer["convolution"] = {{"width", static_cast<std::int64_t>(random())},
                              {"scale", -any_number(random)},
                              {"bias", random() % 2 == 0},
                              {"mode", any_text(random)}};
  }
  return c;
}

std::string read_complaint(const std::string& path) {
  const std::vector<ComponentSchema> layers = test_layers();
  try {
    read_config(path, {}, layers);
  } catch (const Error& error) {
    return plain_message(error.what());
  }
  return "";
}

}  // namespace

TEST_CASE("a config with nothing but data.train has the defaults") {
  Config expected;
  expected.data.train = "a.tsv";
  expected.task.options = {{"label_smoothing", 0.0}, {"class_weights", std::vector<double>()}};
  expected.train.monitor = "accuracy";
  expected.train.optimizer.options = {
      {"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-8}, {"weight_decay", 0.01}};
  expected.train.schedule.options = {{"final_learning_rate", 0.0}};
  expected.data.tokenizer.options = {
      {"lowercase", true}, {"min_count", std::int64_t{1}}, {"vocab_size", std::int64_t{30000}}};
  const Config config = parse(minimal);
  CHECK(same(config, expected));
  CHECK(config.model.d_model == 64);
  CHECK(config.train.seed == 42);
  CHECK(config.train.learning_rate == 1e-3);
  CHECK(config.layer.empty());
}

TEST_CASE("an option of a component is a list of numbers, nothing or a word") {
  const auto weights = [](const Config& config) { return config.task.options.at("class_weights"); };
  CHECK(weights(parse(minimal)) == OptionValue(std::vector<double>()));
  const Config balanced = parse(minimal + "task.class_weights = 'balanced'");
  CHECK(weights(balanced) == OptionValue("balanced"));
  const std::vector<std::string> none = {"task.class_weights=[]"};
  const Config cleared = parse(minimal + "task.class_weights = 'balanced'", none);
  CHECK(weights(cleared) == OptionValue(std::vector<double>()));
  CHECK_THAT(write_config(balanced), catch_matchers::Contains("class_weights = \"balanced\"\n"));
  CHECK_THAT(write_config(cleared), catch_matchers::Contains("class_weights = []\n"));
}

TEST_CASE("a component is named by a string or by a table with its type") {
  CHECK(parse("task = 'counting'\n" + minimal).task == Component{"counting", {{"most", std::int64_t{9}}}});
  CHECK(parse(minimal + "[task]\ntype = 'counting'\nmost = 3\n").task ==
        Component{"counting", {{"most", std::int64_t{3}}}});
  const std::vector<std::string> other = {"task=counting"};  // whose options are not the file's
  CHECK(parse(minimal + "[task]\nlabel_smoothing = 0.5\n", other).task.type == "counting");
  CHECK(parse(minimal + "[task]\nlabel_smoothing = 0.5\n", other).task.options.size() == 1);
}

TEST_CASE("what write_config writes is read back to the last bit") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    const Config config = any_config(random);
    const std::string text = write_config(config);
    INFO(text);
    REQUIRE(complaint(text) == "");
    const Config again = parse(text);
    REQUIRE(same(config, again));
    REQUIRE(write_config(again) == text);
  }
}

TEST_CASE("the written file names every key, in the order of config_keys, and shows floats as floats") {
  Config config;
  config.train.learning_rate = 1;
  config.train.divergence_factor = 1e20;
  const std::string text = write_config(config);
  std::size_t location = 0;
  for (const ConfigKey& key : config_keys()) {
    const std::string name = key.name.substr(key.name.find('.') + 1);
    const std::size_t found = ("\n" + text).find("\n" + name + " = ", location);
    INFO(key.name);
    REQUIRE(found != std::string::npos);
    location = found;
  }
  CHECK(text.rfind("task = \"classification\"\n\n[data]\nformat = \"tsv\"\n", 0) == 0);
  CHECK_THAT(text, catch_matchers::Contains("\n\n[model]\ninit_from = \"\"\nmembers = 1\nd_model = 64\n"));
  CHECK_THAT(text, catch_matchers::Contains("\nlearning_rate = 1.0\n"));
  CHECK_THAT(text, catch_matchers::Contains("\ndivergence_factor = 1e+20\n"));
}

TEST_CASE("configs are compared key by key") {
  Config before, after;
  CHECK(compare_configs(before, after).empty());
  after.train.epochs = 20;
  after.model.norm = "rms_norm";
  after.layer["convolution"]["width"] = std::int64_t{5};
  before.layer["convolution"]["scale"] = 2.0;
  std::vector<std::string> changes;
  for (const ConfigChange& c : compare_configs(before, after)) {
    changes.push_back(c.key + ": " + c.before + " -> " + c.after);
  }
  const std::vector<std::string> expected = {
      "layer.convolution.scale: 2.0 -> default", "layer.convolution.width: default -> 5",
      "model.norm: \"layer_norm\" -> \"rms_norm\"", "train.epochs: 10 -> 20"};
  CHECK(changes == expected);
}

TEST_CASE("overrides win over the file, later ones over earlier ones") {
  const Config config =
      parse(minimal + "[model]\nnum_heads = 2\n",
            {"model.num_heads=8", "train.optimizer=sgd", "data.train=b c.tsv", "train.learning_rate=1e-2",
             "model.num_heads=16", "model.block=[\"relu\", \"gelu\"]", "layer.convolution.width=9",
             "data.test=", "task.class_weights=balanced", "data.validation=\"v.tsv\"", "model.causal=true",
             "train.monitor=loss", "data.format=csv", "data.format.label_column=kind",
             "data.format.text_columns=[\"a\", \"b\"]"});
  CHECK(config.model.num_heads == 16);
  CHECK(config.data.format ==
        Component{"csv", {{"label_column", "kind"}, {"text_columns", std::vector<std::string>{"a", "b"}}}});
  CHECK(config.train.optimizer.type == "sgd");
  CHECK(config.data.train == "b c.tsv");
  CHECK(config.train.learning_rate == 1e-2);
  CHECK(config.model.block == std::vector<Component>{{"relu"}, {"gelu"}});
  CHECK(std::get<std::int64_t>(config.layer.at("convolution").at("width")) == 9);
  CHECK(config.data.test.empty());
  CHECK(config.data.validation == "v.tsv");
  CHECK(config.model.causal);
}

TEST_CASE("an override's value cannot smuggle in other keys") {
  const Config config = parse(minimal, {"data.test=\"x\"\nmax_length = 3"});
  CHECK(config.data.test == "\"x\"\nmax_length = 3");
  CHECK(config.data.max_length == 256);
}

TEST_CASE("CRLF and a byte order mark are read") {
  const Config config = parse("\xEF\xBB\xBF[data]\r\ntrain = 'a.tsv'\r\n[model]\r\nnum_heads = 8\r\n");
  CHECK(config.data.train == "a.tsv");
  CHECK(config.model.num_heads == 8);
  CHECK(complaint("\xEF\xBB\xBF[data]\r\ntrain = 'a.tsv'\r\nlr = 1\r\n") ==
        "f:3:1: unknown key \"data.lr\"; did you mean \"learning_rate\" in [train]?");
}

TEST_CASE("files are read, or it is said why not") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("orochi_config_" + std::to_string(std::random_device{}()));
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "run.toml").string();
  CHECK(read_complaint(path) ==
        path + ": cannot be opened: No such file or directory; give the path of a TOML file");
  CHECK(read_complaint(folder.string()) ==
        folder.string() + ": is a folder; give a TOML file, such as " + (folder / "config.toml").string());
  std::ofstream{path};
  CHECK(read_complaint(path) == path + ": data.train is missing; write train = \"path\" in [data]");
  std::ofstream{path} << "data.train = 'a.tsv'\nmodel.lr = 1\n";
  CHECK(read_complaint(path) ==
        path + ":2:7: unknown key \"model.lr\"; did you mean \"learning_rate\" in [train]?");
  std::ofstream{path} << "\x89HDF" << '\0';
  CHECK(read_complaint(path) == path + ":1:5: a NUL byte; expected text: is this a TOML file?");
  std::ofstream{path} << "\xFF\xFE"
                      << "a";
  CHECK(read_complaint(path) == path + ": is UTF-16; convert it, for instance with iconv -f UTF-16 -t UTF-8");
  std::ofstream{path} << "data.train = 'a.tsv'\n";
  const std::vector<ComponentSchema> layers = test_layers();
  const std::vector<std::string> overrides = {"train.epochs=3"};
  CHECK(read_config(path, overrides, layers).train.epochs == 3);
  std::filesystem::remove_all(folder);
}
