// Initial values of every built-in layer's every parameter: the documented numbers, and the distribution.
#include <functional>
#include <map>
#include <numbers>

#include <orochi/classifier.hpp>
#include <orochi/cross_attention.hpp>

#include "catch.hpp"
#include "core/kernels/reference/dropout.hpp"
#include "layers/embedding.hpp"
#include "statistics.hpp"

using namespace orochi;

namespace {

constexpr Index d_model = 48;

/// docs/training.md, "Initial values": a constant, or a distribution with a bound or a deviation.
struct Start {
  enum class Kind { constant, uniform, normal } kind;
  double scale;  // the constant, a, or the deviation
};

/// By the end of a parameter's name and its shape.
Start documented_start(const ParameterView& view) {
  const double deviation = 1 / std::sqrt(static_cast<double>(d_model));
  const auto named = [&](std::initializer_list<const char*> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](const char* end) { return view.name.ends_with(end); });
  };
  if (named({"embedding.weight", "positions.weight", "learned.weight", "class_token"}))
    return {Start::Kind::normal, deviation};
  if (named({".query"})) return {Start::Kind::normal, 1};  // of attention pooling
  if (named({"norm.weight", "norm1.weight", "norm2.weight"})) return {Start::Kind::constant, 1};
  if (named({".bias"})) return {Start::Kind::constant, 0};
  REQUIRE(named({"query.weight", "key.weight", "value.weight", "output.weight", "linear1.weight",
                 "linear2.weight", "input.weight", "input_projection.weight", "head.weight", "linear.weight",
                 "pooler.weight"}));
  REQUIRE(view.shape.size() == 2);
  return {Start::Kind::uniform, std::sqrt(6 / static_cast<double>(view.shape[0] + view.shape[1]))};
}

/// Element i of parameter number v.
double documented_value(const Start& start, std::uint64_t seed, std::size_t v, Index i) {
  const reference::PhiloxWords w =
      reference::philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32),
                         static_cast<std::uint32_t>(v), 0x696E6974},
                        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  const auto uniform = [](std::uint64_t high, std::uint64_t low) {
    return (static_cast<double>((high << 32 | low) >> 11) + 0.5) / 9007199254740992.0;
  };
  const double u1 = uniform(w[0], w[1]), u2 = uniform(w[2], w[3]);
  switch (start.kind) {
    case Start::Kind::constant:
      return start.scale;
    case Start::Kind::uniform:
      return (2 * u1 - 1) * start.scale;
    case Start::Kind::normal:
      return start.scale * std::sqrt(-2 * std::log(u1)) * std::cos(2 * std::numbers::pi * u2);
  }
  return 0;
}

Config config_with(bool numeric) {
  Config config;
  config.model.d_model = d_model;
  config.model.num_layers = 2;
  config.model.num_heads = 3;
  config.model.head_dim = 7;  // H D is not C
  config.model.dim_feedforward = 50;
  config.model.pooling = numeric ? "attention" : "cls";
  config.model.norm = numeric ? "rms_norm" : "layer_norm";
  return config;
}

InputShape shape_of(bool numeric) { return {numeric ? 0 : 40, numeric ? 11 : 0, 30}; }

/// Calls f(parameters) for those of two models and for those of every registered layer and of the two that no
/// config names.
void for_all_parameters(const std::function<void(Parameters&)>& f) {
  for (const bool numeric : {false, true})
    f(Classifier(config_with(numeric), shape_of(numeric), 5, builtin_layers()).parameters());
  const Layers registry = builtin_layers();
  const Config config = config_with(true);
  Parameters parameters;
  Builder builder(config, {40, 11, 30}, registry, parameters);
  for (const LayerEntry& entry : registry.entries()) {
    builder.layer(entry.name, entry.name, entry.name == "input_projection" ? 11 : 0);
    builder.attention_positions() = {};  // rotary asks for even heads
  }
  CrossAttention cross(builder, "cross", 17);
  parameters.allocate();
  f(parameters);
}

/// Numbers of one parameter from many seeds, against its distribution. Every bound holds for any size.
void check_distribution(const std::vector<double>& x, const Start& start) {
  const double n = static_cast<double>(x.size()), a = start.scale, far = std::log(2 / by_chance);
  double sum = 0, squares = 0, most = 0;
  for (const double value : x) {
    sum += value, squares += value * value;
    most = std::max(most, std::abs(value));
  }
  if (start.kind == Start::Kind::uniform) {
    CHECK(most <= a * (1 + 1e-6));
    CHECK(most >= a * (1 - far / n));
    CHECK(std::abs(sum / n) <= a * std::sqrt(2 * far / n));                        // Hoeffding
    CHECK(std::abs(squares / n - a * a / 3) <= a * a * std::sqrt(far / (2 * n)));  // the same, of squares
    const auto cdf = [=](double v) { return std::clamp((v / a + 1) / 2, 0.0, 1.0); };
    CHECK(distance_from(x, cdf) <= largest_distance(x.size()));
  } else {
    CHECK(std::abs(sum / n) <= 6.2 * a / std::sqrt(n));
    const double spread = 2 * std::sqrt(n * far);  // of chi square (Laurent, Massart 2000)
    CHECK(squares / (a * a) <= n + spread + 2 * far);
    CHECK(squares / (a * a) >= n - spread);
    const auto cdf = [=](double v) { return std::erfc(-v / (a * std::numbers::sqrt2)) / 2; };
    CHECK(distance_from(x, cdf) <= largest_distance(x.size()));
  }
}

}  // namespace

TEST_CASE("every element of every parameter starts with the documented number") {
  for_all_parameters([](Parameters& parameters) {
    for (const std::uint64_t seed : {0ULL, 42ULL, 4294967295ULL}) {
      parameters.initialize(seed);
      for (std::size_t v = 0; v < parameters.views().size(); ++v) {
        const ParameterView& view = parameters.views()[v];
        const Start start = documented_start(view);
        double worst = 0;
        for (Index i = 0; i < view.size; ++i)
          worst = std::max(worst, std::abs(static_cast<double>(parameters.data()[view.offset + i]) -
                                           documented_value(start, seed, v, i)));
        INFO(view.name << " with seed " << seed);
        CHECK(worst <= 1e-6);
      }
    }
  });
}

TEST_CASE("every parameter starts with the documented distribution") {
  for_all_parameters([](Parameters& parameters) {
    std::map<std::string, std::vector<double>> values;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      parameters.initialize(seed);
      for (const ParameterView& view : parameters.views())
        values[view.name].insert(values[view.name].end(), parameters.data() + view.offset,
                                 parameters.data() + view.offset + view.size);
    }
    for (const ParameterView& view : parameters.views()) {
      const std::vector<double>& x = values[view.name];
      const Start start = documented_start(view);
      INFO(view.name);
      if (start.kind == Start::Kind::constant)
        CHECK(std::count(x.begin(), x.end(), start.scale) == std::ssize(x));
      else
        check_distribution(x, start);
    }
  });
}

TEST_CASE("a model's parameters are numbered as documented") {
  const auto names_of = [](bool numeric) {
    const Classifier model(config_with(numeric), shape_of(numeric), 5, builtin_layers());
    std::vector<std::string> names;
    for (const ParameterView& view : model.parameters().views()) names.push_back(view.name);
    return names;
  };
  const auto layers = [](bool bias) {
    std::vector<std::string> names;
    for (const std::string layer : {"encoder.0.", "encoder.1."}) {
      const auto norm = [&](const std::string& name) {
        names.push_back(layer + name + ".weight");
        if (bias) names.push_back(layer + name + ".bias");
      };
      norm("norm1");
      for (const char* part : {"query.weight", "key.weight", "value.weight", "query.bias", "key.bias",
                               "value.bias", "output.weight", "output.bias"})
        names.push_back(layer + "attention." + part);
      norm("norm2");
      for (const char* part : {"linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"})
        names.push_back(layer + "feed_forward." + part);
    }
    return names;
  };
  const auto joined = [](std::vector<std::string> a, const std::vector<std::string>& b,
                         const std::vector<std::string>& c) {
    a.insert(a.end(), b.begin(), b.end());
    a.insert(a.end(), c.begin(), c.end());
    return a;
  };
  CHECK(names_of(false) == joined({"embedding.weight", "class_token", "positions.weight"}, layers(true),
                                  {"norm.weight", "norm.bias", "head.weight", "head.bias"}));
  CHECK(names_of(true) == joined({"input.weight", "input.bias", "positions.weight"}, layers(false),
                                 {"norm.weight", "pooling.query", "head.weight", "head.bias"}));
}
