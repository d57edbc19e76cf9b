// usage: own_loop [CHECKPOINT]
// Trains without config file, data file and command line: data, loss and loop are written here. With the
// checkpoint of a run on the same data it also says whether `orochi train` comes to the same weights.
#include <algorithm>
#include <iostream>

#include <orochi/orochi.hpp>

using namespace orochi;

/// Series that count up (target 1) or down (-1), modulo 11, from anywhere.
Sequences make_data(Index count) {
  Sequences data;
  data.channels = 1;
  for (Index i = 0; i < count; ++i) {
    const Index up = i % 2, length = 6 + i % 5;
    for (Index t = 0; t < length; ++t)
      data.values.push_back(static_cast<float>((3 * i + (up ? t : 10 * t)) % 11));
    data.offsets.push_back(data.offsets.back() + length);
    data.targets.push_back(up ? 1 : -1);
  }
  return data;
}

int main(int argc, char** argv) try {
  const Extensions extensions = builtin();
  Config config;
  config.task = {"regression", {}};
  config.data.format = {"ts", {}};
  config.data.max_length = 10;
  config.model.d_model = 16;
  config.train.epochs = 40;
  config.train.learning_rate = 1e-2;
  const Sequences data = make_data(200);

  std::unique_ptr<Task> task = extensions.tasks.make(config.task);
  task->fit(std::vector<std::string>{"1"});  // targets look like this: one number
  task->fit_split(data.targets);
  Preprocessing preprocessing;
  preprocessing.channels = 1;
  preprocessing.mean = {0};
  preprocessing.deviation = {1};
  Model model(config, preprocessing, std::move(task), extensions);
  Parameters& parameters = model.classifier->parameters();
  parameters.initialize(config.train.seed);

  const LossFunction loss = [](Var outputs, const Batch& batch, double normalizer) {
    return mean_squared_error(outputs, batch.targets, {}, normalizer);
  };
  Stepper stepper(*model.classifier, config.train, available_threads());
  Updater optimizer(extensions.optimizers.make(config.train.optimizer), parameters);
  BatchStorage storage;
  const auto schedule = extensions.schedules.make(config.train.schedule);
  const auto seed = static_cast<std::uint32_t>(config.train.seed);
  const auto size = static_cast<std::size_t>(config.train.batch_size);
  const std::uint64_t total = 7 * 40;  // 200 sequences are 7 batches of 32
  for (std::uint32_t epoch = 0, step = 0; step < total; ++epoch) {
    const std::vector<std::uint32_t> order = epoch_order(data.size(), seed, epoch);
    for (std::size_t at = 0; at < order.size(); at += size, ++step) {
      const Batch batch = storage.gather(data, {order.data() + at, std::min(size, order.size() - at)});
      Gradient gradient = stepper.gradient(batch, loss, {seed, step});
      gradient.clip(config.train.max_grad_norm);
      optimizer.update(std::move(gradient), learning_rate(config.train, *schedule, step, total));
    }
  }
  Inference inference(model, available_threads());
  std::cout << "R2 " << evaluate(inference, *model.task, data).metrics.figures.values[0] << '\n';
  model.save("own_loop.h5");
  const Model loaded = Model::load("own_loop.h5", extensions);
  std::cout << "4 5 6 7 8 9: " << loaded.predict(std::vector<float>{4, 5, 6, 7, 8, 9}).text() << '\n';
  if (argc > 1 && std::ranges::equal(Model::load(argv[1]).classifier->parameters().flat(), parameters.flat()))
    std::cout << "the same weights as " << argv[1] << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
