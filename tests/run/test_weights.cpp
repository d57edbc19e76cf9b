// The weights of records: in the gradient, in files, and that they change nothing where all are 1.
#include <cmath>
#include <cstring>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>
#include <orochi/stepper.hpp>
#include <orochi/train.hpp>

#include "catch.hpp"
#include "small_model.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

namespace {

constexpr Index vocabulary = 20, longest = 12, classes = 3;

/// The gradient of one update by these sequences of the data.
std::vector<Scalar> gradient_of(const Sequences& data, const std::vector<std::uint32_t>& rows) {
  Config config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  Classifier model(config, {vocabulary, 0, longest}, classes, builtin_layers());
  model.parameters().initialize(4);
  const std::unique_ptr<Task> task =
      class_task(classes, {{"class_weights", std::vector<double>{0.5, 2, 1}}, {"label_smoothing", 0.1}});
  Stepper stepper(model, config.train, 2);
  BatchStorage storage;
  const Batch batch = storage.gather(data, rows);
  Gradient gradient = stepper.gradient();
  gradient.add(batch, *task, weight_of(*task, batch.targets, batch.weights), {5, 0});
  return gradient.flat();
}

/// The parameters after a run on a csv file.
std::vector<Scalar> trained_on(const Workplace& place, const std::string& name, const std::string& text,
                               const std::vector<std::string>& overrides) {
  std::ofstream(place.root / (name + ".csv")) << text;
  TrainRequest request = place.request(name);
  request.overrides = {"data.format=csv",
                       "data.train=" + name + ".csv",
                       "data.test=",
                       "data.validation_fraction=0",
                       "train.gradient_accumulation_steps=1",
                       "model.dropout=0",
                       "model.attention_dropout=0",
                       "train.max_grad_norm=0",
                       "train.optimizer=sgd"};
  request.overrides.insert(request.overrides.end(), overrides.begin(), overrides.end());
  Silent observer;
  train(request, builtin(), observer);
  const Model model = Model::load(request.run + "/last.h5", builtin());
  const Parameters& all = model.classifier->parameters();
  return {all.data(), all.data() + all.size()};
}

}  // namespace

TEST_CASE("the gradient of a record of weight n is that of n records") {
  Sequences data = random_sequences(6, longest, vocabulary, 0, classes, 3);
  const std::vector<Scalar> expected = gradient_of(data, {0, 0, 1, 2, 2, 2, 3, 4, 5, 5});
  data.weights = {2, 1, 3, 1, 1, 2};
  const std::vector<Scalar> found = gradient_of(data, {0, 1, 2, 3, 4, 5});
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    apart = std::max(apart, std::abs(static_cast<double>(expected[i]) - static_cast<double>(found[i])));
  }
  CHECK(apart < 3e-6 * largest);
  data.weights.assign(6, 1);
  CHECK(found != gradient_of(data, {0, 1, 2, 3, 4, 5}));
}

TEST_CASE("weights that are all 1 change no bit") {
  Sequences data = random_sequences(20, longest, vocabulary, 0, classes, 3);
  const std::vector<std::uint32_t> rows = epoch_order(20, 1, 0);
  const std::vector<Scalar> expected = gradient_of(data, rows);
  const std::string sum = checksum(data);
  data.weights.assign(20, 1);
  CHECK(gradient_of(data, rows) == expected);
  CHECK(checksum(data) != sum);  // what a model depends on; files whose weights are all 1 have none
}

TEST_CASE("weights come from a column of the file") {
  const Workplace place("weights");
  const std::string head = "text,label,w\n";
  const std::vector<std::string> column{"data.format.weight_column=w", "train.epochs=2"};
  // Three updates of one batch each, of two and of four records.
  const std::vector<Scalar> twice =
      trained_on(place, "twice", head + "ACG,x,1\nACG,x,1\nACG,x,1\nTTTT,y,1\n", {"train.epochs=2"});
  const std::vector<Scalar> once = trained_on(place, "once", head + "ACG,x,3\nTTTT,y,1\n", column);
  REQUIRE(once.size() == twice.size());
  double apart = 0;
  for (std::size_t i = 0; i < once.size(); ++i)
    apart = std::max(apart, std::abs(static_cast<double>(once[i]) - static_cast<double>(twice[i])));
  CHECK(apart < 1e-6);
  const std::vector<Scalar> plain =
      trained_on(place, "plain", head + "ACG,x,3\nTTTT,y,1\n", {"train.epochs=2"});
  CHECK(plain != once);
  // All 1: the bits of a run without the column.
  CHECK(trained_on(place, "ones", head + "ACG,x,1\nTTTT,y,1.0\n", column) == plain);
}
