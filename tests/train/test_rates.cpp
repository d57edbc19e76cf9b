// train.layer_decay, train.head_learning_rate and the names of train.freeze: the rate of each parameter.
#include <cmath>
#include <map>

#include <orochi/error.hpp>

#include "catch.hpp"
#include "trainee.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

std::string refusal(const Words& freeze) {
  Config config = three_blocks();
  config.train.freeze = freeze;
  try {
    Trainee trainee(config, 0);
  } catch (const OptionError& error) {
    CHECK(error.option() == "train.freeze");
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a step of plain SGD moves every parameter by its own rate") {
  const double decay = 0.5, rate = 0.1, head = 0.3;
  for (const Index channels : {0, 2})
    for (const double head_rate : {0.0, head}) {
      Config config = three_blocks();
      config.train.optimizer = {"sgd", {{"momentum", 0.0}, {"weight_decay", 0.0}}};
      config.train.learning_rate = rate;
      config.train.layer_decay = decay;
      config.train.head_learning_rate = head_rate;
      const std::map<std::string, double> rates{{"embedding", rate / 16},
                                                {"input", rate / 16},
                                                {"positions", rate / 16},
                                                {"encoder.0", rate / 8},
                                                {"encoder.1", rate / 4},
                                                {"encoder.2", rate / 2},
                                                {"norm", rate},
                                                {"pooling", head_rate > 0 ? head : rate},
                                                {"head", head_rate > 0 ? head : rate}};
      Trainee trainee(config, channels);
      const std::vector<Scalar> before = trainee.weights();
      Gradient gradient = trainee.gradient();
      const std::vector<Scalar> g = gradient.flat();
      trainee.updater.update(std::move(gradient), rate);
      const std::vector<Scalar> after = trainee.weights();
      for (const ParameterView& view : trainee.model.parameters().views()) {
        const auto found =
            std::ranges::find_if(rates, [&](const auto& entry) { return is_in(view, {entry.first}); });
        REQUIRE(found != rates.end());
        INFO(view.name);
        double worst = 0, most = 0;
        for (auto i = static_cast<std::size_t>(view.offset);
             i < static_cast<std::size_t>(view.offset + view.size); ++i) {
          const double step = found->second * static_cast<double>(g[i]);
          most = std::max(most, std::abs(step));
          worst = std::max(worst,
                           std::abs(static_cast<double>(before[i]) - step - static_cast<double>(after[i])));
        }
        CHECK((most > 1e-6 || view.name.ends_with("key.bias")));  // which softmax takes out again
        CHECK(worst < 2e-7);                                      // as float rounds numbers near 1
      }
    }
}

TEST_CASE("the class token has the rate of the embedding") {
  Config config = three_blocks();
  config.model.pooling = "cls";
  config.train.layer_decay = 0.5;
  Trainee trainee(config, 0);
  for (const ParameterView& view : trainee.model.parameters().views())
    if (is_in(view, {"class_token"})) CHECK(view.rate == 1.0 / 16);
}

TEST_CASE("any number of threads gives the same bits, with frozen parts and rates of their own") {
  Config config = three_blocks();
  config.train.freeze = {"embedding", "encoder.0", "encoder.2.attention.value"};
  config.train.layer_decay = 0.7;
  config.train.head_learning_rate = 0.02;
  std::vector<std::vector<Scalar>> ends;
  for (const int threads : {1, 2, 3, 4}) {
    Trainee trainee(config, 0, threads);
    for (std::uint32_t step = 0; step < 4; ++step) {
      Gradient gradient = trainee.gradient(step);
      gradient.clip(0.5);
      trainee.updater.update(std::move(gradient), 1e-2);
    }
    ends.push_back(trainee.weights());
    CHECK(ends.back() == ends.front());
  }
}

TEST_CASE("what train.freeze names must be there, and something must be left") {
  CHECK_THAT(refusal({"embedding", "encodr.0"}),
             Contains("train.freeze has \"encodr.0\"") && Contains("\"encoder.0\""));
  CHECK_THAT(refusal({"encoder.9"}), Contains("\"encoder.0\", \"encoder.1\", \"encoder.2\""));
  CHECK_THAT(refusal({"encoder.0.attention.qury"}), Contains("\"encoder.0.attention.query\""));
  for (const char* cut : {"", "emb", "encoder.", "encoder.0.attention.query.weight.x"})
    CHECK_THAT(refusal({cut}), Contains("no parameter's name begins so"));
  CHECK_THAT(refusal({"embedding", "positions", "encoder", "norm", "pooling", "head"}),
             Contains("names all parameters of the model"));
  CHECK(refusal({"embedding", "positions", "encoder", "norm", "pooling", "head.weight"}).empty());
}
