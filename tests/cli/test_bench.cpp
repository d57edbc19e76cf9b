// The figures of orochi bench: those that can be counted, and how the measured ones follow from each other.
// None is held against a clock.
#include <algorithm>
#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bench/roofline.hpp"
#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using catch_matchers::WithinRel;
using nlohmann::json;

namespace {

json bench(std::vector<std::string> settings) {
  settings.insert(settings.begin(), {"bench", "tiny", "--json", "--seconds", "1", "--threads", "1"});
  const Outcome outcome = orochi_program(settings);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

double number(const json& figures, const char* name) { return figures[name].get<double>(); }

/// Multiply-adds of one step's products, forward: of b sequences of t rows.
double products(const json& model, double b, double t) {
  const double c = number(model, "d_model"), f = number(model, "dim_feedforward"),
               layers = number(model, "num_layers"), k = number(model, "num_classes");
  const double linear = t * (3 * c * c + c * c + 2 * c * f), attention = 2 * t * t * c;
  return b * (layers * (linear + attention) + c * k);
}

}  // namespace

TEST_CASE("bench counts what a step computes") {
  const json figures = bench({"model.num_layers=1"}), deeper = bench({"model.num_layers=3"});
  const json& model = figures["model"];
  const double b = number(figures, "batch_size"), t = number(model, "max_length");
  CHECK(number(figures, "tokens_per_step") == b * t);
  CHECK(figures["lengths"][0] == json(std::vector<int>(static_cast<std::size_t>(b), static_cast<int>(t))));
  // A product's gradient takes two products of its size, and a multiply-add is two operations.
  CHECK_THAT(number(figures, "gflop_per_step"), WithinRel(3 * 2e-9 * products(model, b, t), 1e-9));
  CHECK_THAT(number(deeper, "gflop_per_step"), WithinRel(3 * 2e-9 * products(deeper["model"], b, t), 1e-9));

  const double c = number(model, "d_model"), f = number(model, "dim_feedforward");
  const double layer = 4 * (c * c + c) + 2 * c * f + f + c + 4 * c;
  CHECK(number(deeper, "parameters") - number(figures, "parameters") == 2 * layer);
}

TEST_CASE("the measured figures of bench follow from each other") {
  const json figures = bench({});
  const json& ms = figures["ms_per_step"];
  const double median = number(ms, "median"), low = number(ms, "low"), high = number(ms, "high");
  CHECK(low < median);
  CHECK(median < high);
  CHECK_THAT(number(figures, "tokens_per_second"),
             WithinRel(1000 * number(figures, "tokens_per_step") / median, 1e-6));
  CHECK_THAT(number(figures, "gflops"), WithinRel(1000 * number(figures, "gflop_per_step") / median, 1e-6));
  CHECK_THAT(number(figures, "share_of_peak"),
             WithinRel(number(figures, "gflops") / number(figures, "peak_gflops"), 1e-6));
}

TEST_CASE("bench --profile charges time to layers by name") {
  const json figures = bench({"--profile", "model.num_layers=1"});
  double share = 0;
  std::vector<std::string> names;
  for (const json& layer : figures["profile_layers"]) {
    names.push_back(layer["layer"].get<std::string>());
    share += number(layer, "share");
    CHECK(number(layer, "forward_ms") > 0);
  }
  CHECK(share > 0);
  CHECK(share <= 1);
  CHECK(std::count(names.begin(), names.end(), "encoder.0.attention") == 1);
  CHECK(std::count(names.begin(), names.end(), "head") == 1);

  const Outcome text = orochi_program({"bench", "tiny", "--seconds", "1", "--threads", "1", "--profile"});
  CHECK(text.out.find("\nencoder.0.attention ") != std::string::npos);
  CHECK(text.out.find("\noutside of layers ") != std::string::npos);
}

TEST_CASE("bench says where an option is that does not go with the data") {
  const Workplace place("bench-option");
  const Outcome outcome =
      orochi_program({"bench", place.path("small.toml"), "--seconds", "1", "task.class_weights=[1]"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find("command line: error: task.class_weights has 1 number") != std::string::npos);
}

TEST_CASE("bench --profile counts exponentials and random numbers of attention") {
  const json figures =
      bench({"--profile", "model.num_layers=3", "model.dropout=0", "model.attention_dropout=0.1"});
  const json& model = figures["model"];
  const double b = number(figures, "batch_size"), t = number(model, "max_length");
  const auto& rows = figures["profile"];
  const auto found =
      std::find_if(rows.begin(), rows.end(), [](const json& row) { return row["operation"] == "attention"; });
  REQUIRE(found != rows.end());
  for (const char* pass : {"forward", "backward"}) {
    const json& cost = (*found)[pass];
    CHECK(number(cost, "exponentials") == b * 3 * number(model, "num_heads") * t * t);
    CHECK(number(cost, "random_numbers") == number(cost, "exponentials"));
    CHECK(number(cost, "least_ms") > 0);
  }
  for (const char* rate : {"gflops", "exponentials_per_second", "random_numbers_per_second"})
    CHECK(number(figures["thread_at_best"], rate) > 0);
}

TEST_CASE("what an operation takes at least is its arithmetic, or its memory where that takes longer") {
  const Machine machine{1e9, 1e6, 1e5, {{1e3, 8e9}, {1e6, 2e9}}};
  const auto seconds = [&](const Cost& cost) { return least_time(cost, machine).seconds(); };
  CHECK_THAT(seconds({.flops = 96e7}), WithinRel(1.0, 1e-12));
  CHECK_THAT(seconds({.flops = 96e7, .exponentials = 1e6, .random_numbers = 1e5}), WithinRel(3.0, 1e-12));
  CHECK_THAT(seconds({.flops = 96e7, .bytes = 6e9}), WithinRel(3.0, 1e-12));  // one call: past the last level
  CHECK_THAT(seconds({.bytes = 8e9, .calls = 8e6}), WithinRel(1.0, 1e-12));   // 1,000 bytes a call
  CHECK_THAT(seconds({.bytes = 8e9, .calls = 4e6}), WithinRel(4.0, 1e-12));   // 2,000
  CHECK(least_time({.flops = 1, .exponentials = 1}, machine).reason() == std::string("exponentials"));
  CHECK(least_time({}, machine).reason() == std::string("-"));
}
