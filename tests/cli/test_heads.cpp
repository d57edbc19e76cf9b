// attend, ablate and explain on a model that was trained a few steps.
#include <cmath>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "io/hdf5.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Trained {
  explicit Trained(const std::vector<std::string>& more = {})
      : place("heads"), best(place.path("run/best.h5")) {
    std::vector<std::string> arguments{"train", place.path("small.toml"), "--run", place.path("run")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = orochi_program(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
  Workplace place;
  std::string best;
};

std::vector<float> read(const std::string& file, const std::string& name, std::vector<hsize_t> shape) {
  const hdf5::Hid opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const hdf5::Hid set(H5Dopen2(opened.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  INFO(file << " " << name);
  REQUIRE(set);
  const hdf5::Hid space(H5Dget_space(set.get()), H5Sclose);
  std::vector<hsize_t> found(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
  H5Sget_simple_extent_dims(space.get(), found.data(), nullptr);
  REQUIRE(found == shape);
  std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  REQUIRE(H5Dread(set.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  return values;
}

using Matrix = std::vector<std::vector<double>>;

/// a b^T + bias on every row, as far as given.
Matrix times_transposed(const Matrix& a, const Matrix& b, const std::vector<double>& bias = {}) {
  Matrix result;
  for (const std::vector<double>& row : a) {
    result.emplace_back();
    for (std::size_t j = 0; j < b.size(); ++j) {
      double sum = bias.empty() ? 0 : bias[j];
      for (std::size_t k = 0; k < row.size(); ++k) sum += row[k] * b[j][k];
      result.back().push_back(sum);
    }
  }
  return result;
}

void check_near(const Matrix& found, const Matrix& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < found[i].size(); ++j) CHECK(std::abs(found[i][j] - expected[i][j]) < 1e-5);
}

/// Rows h D .. (h + 1) D of a weight or bias.
template <class Rows>
Rows of_head(const Rows& rows, std::size_t h, std::size_t d) {
  return {rows.begin() + static_cast<std::ptrdiff_t>(h * d),
          rows.begin() + static_cast<std::ptrdiff_t>((h + 1) * d)};
}

/// From the input and the weights of the page: everything else on it.
void check_recomputed(const json& page) {
  const json& weights = page["weights"];
  const Matrix input = page["input"];
  Matrix concatenation(9);
  for (std::size_t h = 0; h < 2; ++h) {
    const json& head = page["heads"][h];
    for (const char* name : {"query", "key", "value"})
      check_near(
          head[name],
          times_transposed(input, of_head(weights[std::string(name) + ".weight"].get<Matrix>(), h, 4),
                           of_head(weights[std::string(name) + ".bias"].get<std::vector<double>>(), h, 4)));
    Matrix filter = times_transposed(head["query"], head["key"]);
    for (std::vector<double>& row : filter)
      for (double& score : row) score /= 2;  // sqrt(4)
    check_near(head["scores"], filter);
    for (std::vector<double>& row : filter) {
      double sum = 0;
      for (double& score : row) sum += score = std::exp(score);
      for (double& weight : row) weight /= sum;
    }
    check_near(head["attention_weights"], filter);
    const Matrix value = head["value"];
    Matrix columns(4, std::vector<double>(9));
    for (std::size_t k = 0; k < 9; ++k)
      for (std::size_t j = 0; j < 4; ++j) columns[j][k] = value[k][j];
    const Matrix filtered = times_transposed(filter, columns);
    check_near(head["head_output"], filtered);
    for (std::size_t i = 0; i < 9; ++i)
      concatenation[i].insert(concatenation[i].end(), filtered[i].begin(), filtered[i].end());
  }
  check_near(page["concatenation"], concatenation);
  check_near(page["output"],
             times_transposed(concatenation, weights["output.weight"], weights["output.bias"]));
}

}  // namespace

TEST_CASE("attend draws a map and writes all of them") {
  const Trained trained;
  const std::string file = trained.place.path("maps.h5");
  const Outcome outcome = orochi_program({"attend", trained.best, "--out", file}, "ACATGCATA\n");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(has(outcome.out, "predicted "));
  CHECK(has(outcome.out, "strongest link"));
  CHECK(has(outcome.out, "█"));
  for (const char* head : {"1", "2"}) {
    const std::string at = std::string("/layer/1/head/") + head;
    const std::vector<float> map = read(file, at + "/map", {9, 9});
    for (std::size_t q = 0; q < 9; ++q) {
      double sum = 0;
      for (std::size_t k = 0; k < 9; ++k) sum += static_cast<double>(map[q * 9 + k]);
      CHECK(std::abs(sum - 1) < 1e-6);
    }
    const std::vector<float> value = read(file, at + "/value", {9, 4}),
                             filtered = read(file, at + "/values", {9, 4});
    double first = 0;
    for (std::size_t k = 0; k < 9; ++k)
      first += static_cast<double>(map[k]) * static_cast<double>(value[k * 4]);
    CHECK(std::abs(first - static_cast<double>(filtered[0])) < 1e-6);
  }
  const Outcome chosen = orochi_program({"attend", trained.best, "--data", trained.place.path("test.tsv"),
                                         "--index", "3", "--layer", "1", "--head", "2"});
  CHECK(chosen.code == 0);
  CHECK(has(chosen.out, "labelled yes"));
  CHECK(has(chosen.out, "layer 1, head 2:"));
  const Outcome threads =
      orochi_program({"attend", trained.best, "--data", trained.place.path("test.tsv"), "--threads", "2"});
  CHECK(threads.code == 0);
  CHECK(threads.out ==
        orochi_program({"attend", trained.best, "--data", trained.place.path("test.tsv")}).out);
}

TEST_CASE("what attend and explain refuse") {
  const Trained trained;
  const auto refused = [&](std::vector<std::string> arguments, const std::string& message) {
    const Outcome outcome = orochi_program(arguments, "ACGT\n");
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    INFO(outcome.err);
    CHECK(has(outcome.err, message));
  };
  const std::string data = trained.place.path("test.tsv");
  refused({"attend", trained.best, "--head", "3"}, "--head 3: the model has 2, counted from 1");
  refused({"explain", trained.best, "--layer", "2"}, "--layer 2: the model has 1, counted from 1");
  refused({"attend", trained.best, "--data", data, "--index", "40"}, "has 40 sequences, numbered from 0");
  refused({"explain", trained.best, "--index", "1"}, "--data FILE, which is missing");
  refused({"attend", trained.best, trained.place.path("none.txt")}, "none.txt");
  refused({"attend", trained.best, "--out", trained.place.path("run/../run/best.h5")}, "would be gone");
  refused({"attend", trained.best, "--data", data, "--out", data}, "would be gone");
  const std::string run = trained.place.path("run");
  for (const std::string& out : {trained.best, run + "/config.toml", run + "/../run/metrics.csv", data,
                                 trained.place.path("train.tsv")}) {
    refused({"report", run, "--out", out}, "would be gone");
    refused({"attend", trained.best, "--out", out}, "would be gone");
  }
  CHECK(orochi_program({"evaluate", trained.best}).code == 0);
  refused({"ablate", trained.best, "--replace-by", "one"}, "expected zero or mean");
}

TEST_CASE("ablate") {
  const Trained trained;
  const Outcome text = orochi_program({"ablate", trained.best});
  INFO(text.err);
  CHECK(text.code == 0);
  CHECK(has(text.out, "points lost [95 %]"));
  CHECK(has(text.out, "1.1 and 1.2"));
  const std::string trained_on = " was trained on: these figures are better";
  CHECK_FALSE(has(text.err, trained_on));
  const Outcome own = orochi_program(
      {"ablate", trained.best, "--resamples", "100", "--data", trained.place.path("train.tsv")});
  CHECK(has(own.err, trained_on));
  const json evaluated = json::parse(orochi_program({"evaluate", trained.best, "--json"}).out);
  for (const char* by : {"zero", "mean"}) {
    const json figures =
        json::parse(orochi_program({"ablate", trained.best, "--replace-by", by, "--json"}).out);
    CHECK(figures["replaced_by"] == by);
    CHECK(std::abs(figures["loss"].get<double>() - evaluated["loss"].get<double>()) < 1e-12);
    CHECK(figures["accuracy"] == evaluated["accuracy"]);
    REQUIRE(figures["heads"].size() == 2);
    for (const json& head : figures["heads"]) {
      CHECK(std::abs(head["loss"].get<double>() - figures["loss"].get<double>() -
                     head["loss_rise"]["value"].get<double>()) < 1e-12);
      CHECK(head["loss_rise"]["low"].get<double>() <= head["loss_rise"]["high"].get<double>());
    }
  }
}

TEST_CASE("explain gives every number that is needed to compute the next") {
  const Trained trained;
  const Outcome text = orochi_program({"explain", trained.best, "--show", "3"}, "ACATGCATA\n");
  INFO(text.err);
  CHECK(text.code == 0);
  CHECK(has(text.out, "layer 1, encoder.0.attention: 9 x 8 columns"));
  CHECK(has(text.out, "head 2: attention weights = softmax of each row of scores  [9, 9]"));
  check_recomputed(json::parse(orochi_program({"explain", trained.best, "--json"}, "ACATGCATA\n").out));
}

TEST_CASE("explain takes a layer's own weights, wherever it is in the model") {
  const Trained trained({"model.block=[\"feed_forward\", \"encoder_layer\", \"multi_head_attention\"]"});
  for (const char* layer : {"1", "2"}) {
    const Outcome outcome =
        orochi_program({"explain", trained.best, "--layer", layer, "--json"}, "ACATGCATA\n");
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const json page = json::parse(outcome.out);
    CHECK(page["name"] == (layer[0] == '1' ? "encoder.1.attention" : "encoder.2"));
    check_recomputed(page);
  }
}

TEST_CASE("a model whose numbers overflow gives no answer") {
  const Trained trained({"train.learning_rate=1e30", "train.max_grad_norm=0", "train.on_nonfinite=skip",
                         "train.divergence_factor=0", "--max-steps", "1"});
  const std::string last = trained.place.path("run/last.h5"), data = trained.place.path("test.tsv");
  std::filesystem::copy_file(last, trained.best);  // report's; the run has not come to a best one
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"predict", last},
                                             {"evaluate", last},
                                             {"ablate", last},
                                             {"report", trained.place.path("run"), "--no-ablation"},
                                             {"attend", last, "--data", data, "--index", "2"},
                                             {"explain", last, "--data", data, "--index", "2"}}) {
    const Outcome outcome = orochi_program(arguments, "ACATGCATA\n");
    INFO(arguments.front() << ": " << outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK(has(outcome.err, "numbers overflow on sequence 0"));
  }
}

TEST_CASE("blocks with other heads train, resume to the same bits, evaluate, and their heads are looked at") {
  const std::string blocks =
      "model.block=[{num_heads=4, window=3}, {num_heads=2, head_dim=4, dim_feedforward=12, "
      "norm=\"rms_norm\", "
      "activation=\"silu\"}]";
  const Trained trained({blocks});
  const auto bytes = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string resumed = trained.place.path("resumed");
  CHECK(orochi_program(
            {"train", trained.place.path("small.toml"), "--run", resumed, blocks, "--max-steps", "3"})
            .code == 0);
  CHECK(orochi_program({"train", "--resume", "--run", resumed}).code == 0);
  CHECK(bytes(resumed + "/last.h5") == bytes(trained.place.path("run/last.h5")));
  CHECK(!bytes(resumed + "/last.h5").empty());
  CHECK(orochi_program({"evaluate", trained.best}).code == 0);
  CHECK(has(orochi_program({"inspect", trained.best}).out, "[[model.block]]"));

  const std::string file = trained.place.path("maps.h5");
  REQUIRE(orochi_program({"attend", trained.best, "--out", file}, "ACATGCATA\n").code == 0);
  read(file, "/layer/1/head/4/values", {9, 2});
  read(file, "/layer/2/head/2/values", {9, 4});
  const std::vector<float> near = read(file, "/layer/1/head/1/map", {9, 9}),
                           far = read(file, "/layer/2/head/1/map", {9, 9});
  CHECK(near[8] == 0);  // 8 rows away, of 3 that the window allows
  CHECK(far[8] > 0);
  const Outcome refused = orochi_program({"attend", trained.best, "--layer", "2", "--head", "3"}, "ACG\n");
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "--head 3: the model has 2, counted from 1"));
  check_recomputed(
      json::parse(orochi_program({"explain", trained.best, "--layer", "2", "--json"}, "ACATGCATA\n").out));

  const json figures =
      json::parse(orochi_program({"ablate", trained.best, "--replace-by", "mean", "--json"}).out);
  std::vector<std::string> names;
  for (const json& head : figures["heads"])
    names.push_back(std::to_string(head["layer"].get<int>()) + "." + std::to_string(head["head"].get<int>()));
  CHECK(names == std::vector<std::string>{"1.1", "1.2", "1.3", "1.4", "2.1", "2.2"});
  CHECK(figures["similarity"].size() == 6);
}
