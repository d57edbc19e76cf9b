// Frozen parameters: no gradient, no change, no backward pass for what nobody needs.
#include <cmath>
#include <set>

#include <orochi/loop.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"
#include "train/shards.hpp"
#include "trainee.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

const std::vector<Words> parts{{"embedding"},
                               {"input"},
                               {"embedding", "positions", "encoder.0", "encoder.1"},
                               {"input", "positions", "encoder.0"},
                               {"encoder.1"},
                               {"encoder.0.attention.query", "encoder.2.attention.key.weight"},
                               {"encoder.2.feed_forward.linear2", "encoder.1.norm1", "encoder.0.norm2.bias"},
                               {"norm", "pooling"},
                               {"head"},
                               {"encoder"}};

bool has_all(const Classifier& model, const Words& prefixes) {
  return std::ranges::all_of(prefixes, [&](const std::string& prefix) {
    return std::ranges::any_of(model.parameters().views(),
                               [&](const ParameterView& view) { return is_in(view, {prefix}); });
  });
}

/// Names of the layers that the backward pass enters, and the multiply-adds of its products of weights.
struct BackwardPass : Observer {
  void enter(const std::string* layer, Pass pass) override {
    if (pass == Pass::backward && layer != nullptr) layers.insert(*layer);
  }
  void end(const char* operation, Pass pass, const Cost& cost) override {
    if (pass == Pass::backward && operation == std::string("linear")) flops += cost.flops;
  }
  std::set<std::string> layers;
  double flops = 0;
};

BackwardPass backward_pass(const Words& freeze) {
  Config config = three_blocks();
  config.train.freeze = freeze;
  Trainee trainee(config, 0);
  const Batch batch = trainee.storage.gather(trainee.data, epoch_order(trainee.data.size(), 1, 0));
  BackwardPass seen;
  Gradients gradients(trainee.model.parameters());
  Tape tape(trainee.model.parameters());
  tape.begin(Mode::train, &gradients, {1, 0});
  tape.set_observer(&seen);
  const Var y = trainee.model.forward(tape, batch);
  y.add_grad(y.value());
  tape.backward();
  return seen;
}

}  // namespace

TEST_CASE("a frozen parameter has no gradient, and the others have the same bits") {
  for (const Index channels : {0, 2})
    for (const bool drops : {false, true})
      for (const Words& freeze : parts) {
        Config config = three_blocks();
        if (!drops) config.model.dropout = config.model.attention_dropout = 0;
        Trainee free(config, channels);
        if (!has_all(free.model, freeze)) continue;
        config.train.freeze = freeze;
        Trainee frozen(config, channels);
        // Dropout in front of the first number that is trained is another matter: the next test but one.
        if (drops && is_in(free.model.parameters().views().front(), freeze)) continue;
        INFO(freeze.front() << " " << channels << " " << drops);
        Gradient gradient = frozen.gradient();
        const std::vector<Scalar> expected = free.gradient().flat(), found = gradient.flat();
        double squares = 0;
        for (const ParameterView& view : frozen.model.parameters().views()) {
          INFO(view.name);
          if (is_in(view, freeze))
            CHECK(are_zeros(part(found, view)));
          else
            CHECK(std::ranges::equal(part(found, view), part(expected, view)));
          for (const Scalar x : part(found, view)) squares += static_cast<double>(x) * static_cast<double>(x);
        }
        CHECK_THAT(gradient.norm(), WithinAbs(std::sqrt(squares), 1e-9 + 1e-7 * std::sqrt(squares)));
      }
}

TEST_CASE("in front of the first number that is trained nothing is dropped out") {
  Config all = three_blocks(), behind = three_blocks();
  all.model.dropout = 0.4;
  all.model.attention_dropout = 0.3;
  behind.model.dropout = behind.model.attention_dropout = 0;
  const Options drops{{"dropout", 0.4}, {"attention_dropout", 0.3}};
  behind.model.block = {{"encoder_layer"}, {"encoder_layer", drops}, {"encoder_layer", drops}};
  for (const Index channels : {0, 2}) {
    Trainee free(all, channels);
    all.train.freeze =
        behind.train.freeze = {channels == 0 ? "embedding" : "input", "positions", "encoder.0"};
    Trainee one(all, channels), other(behind, channels);
    CHECK(one.gradient().flat() == other.gradient().flat());
    CHECK(one.gradient().flat() != free.gradient().flat());
    all.train.freeze.clear();
  }
}

TEST_CASE("a frozen parameter keeps its bits, without decay, and all others change") {
  for (const Index channels : {0, 2})
    for (const Words& freeze : parts) {
      Config config = three_blocks();
      config.train.freeze = freeze;
      if (!has_all(Trainee(three_blocks(), channels).model, freeze)) continue;
      Trainee trainee(config, channels);
      const std::vector<Scalar> before = trainee.weights();
      for (std::uint32_t step = 0; step < 3; ++step) {
        Gradient gradient = trainee.gradient(step);
        gradient.clip(1);
        trainee.updater.update(std::move(gradient), 1e-2);
      }
      const std::vector<Scalar> after = trainee.weights();
      for (const ParameterView& view : trainee.model.parameters().views()) {
        INFO(freeze.front() << " " << view.name);
        CHECK(std::ranges::equal(part(before, view), part(after, view)) == is_in(view, freeze));
        for (const Updater::Moment& moment : trainee.updater.moments())
          CHECK(are_zeros(part(moment.values, view)) == is_in(view, freeze));
      }
    }
}

TEST_CASE("what a frozen beginning makes of the data is computed once, with the same bits") {
  for (const Index channels : {0, 2})
    for (const Index blocks : {0, 1, 3})
      for (const char* pooling : {"attention", "cls"}) {
        INFO(channels << " " << blocks << " " << pooling);
        Config config = three_blocks();
        config.model.dropout = config.model.attention_dropout = 0.2;
        config.model.pooling = pooling;
        config.train.freeze = {channels == 0 ? "embedding" : "input", "positions"};
        if (config.model.pooling == "cls") config.train.freeze.emplace_back("class_token");
        for (Index i = 0; i < blocks; ++i) config.train.freeze.push_back("encoder." + std::to_string(i));
        config.train.epochs = 3;
        config.train.batch_size = 8;
        Trainee by_loop(config, channels), by_hand(config, channels);
        const bool kept = kept_frozen_bytes(by_loop.model, *by_loop.task, by_loop.data) > 0;
        CHECK(kept == (blocks > 0 && config.model.pooling != "cls"));  // which puts a row before the data's
        Loop loop(by_loop.model, *by_loop.task, by_loop.data, config.train, builtin(), 2);
        for (; !loop.is_done(); loop.end_epoch()) {
          for (loop.begin_epoch(); !loop.epoch_is_over();) {
            const Loop::Step step = loop.step();
            Gradient gradient = by_hand.stepper.gradient();
            gradient.add(by_hand.storage.gather(by_hand.data, step.rows), *by_hand.task, step.normalizer,
                         step.key);
            gradient.clip(config.train.max_grad_norm);
            by_hand.updater.update(std::move(gradient), step.rate);
          }
          CHECK(by_loop.weights() == by_hand.weights());
        }
      }
}

TEST_CASE("frozen blocks are not asked again for what they made") {
  Config config = three_blocks();
  config.train.freeze = {"embedding", "positions", "encoder.0"};
  config.train.epochs = 2;
  Trainee left(config, 0), changed(config, 0);
  for (Trainee* trainee : {&left, &changed}) {
    Loop loop(trainee->model, *trainee->task, trainee->data, config.train, builtin(), 2);
    for (; !loop.is_done(); loop.end_epoch()) {
      for (loop.begin_epoch(); !loop.epoch_is_over();) loop.step();
      if (trainee != &changed) continue;
      const Parameter weight = changed.model.parameters().find("encoder.0.norm1.weight");
      std::fill_n(changed.model.parameters().data() + changed.model.parameters().offset(weight), 16,
                  Scalar(9));
    }
  }
  const std::vector<Scalar> expected = left.weights(), found = changed.weights();
  for (const ParameterView& view : left.model.parameters().views())
    if (!is_in(view, config.train.freeze)) CHECK(std::ranges::equal(part(found, view), part(expected, view)));
}

TEST_CASE("a frozen beginning of the model has no backward pass") {
  const std::set<std::string> all = backward_pass({}).layers;
  for (const char* layer : {"embedding", "positions", "encoder.0.attention", "encoder.1.norm2"})
    CHECK(all.count(layer) == 1);
  for (const std::string& layer :
       backward_pass({"embedding", "positions", "encoder.0", "encoder.1"}).layers) {
    INFO(layer);
    CHECK((layer.starts_with("encoder.2") || layer == "norm" || layer == "pooling" || layer == "head"));
  }
  CHECK(backward_pass({"embedding", "positions", "encoder", "norm", "pooling"}).layers ==
        std::set<std::string>{"head"});
  CHECK(backward_pass({"positions", "encoder"}).layers == all);  // on the way to the embedding
}

TEST_CASE("the gradient of a frozen weight is not computed") {
  const auto flops = [](const Words& freeze) { return backward_pass(freeze).flops; };
  const double all = flops({}), head = all - flops({"head"});  // its dW, and so its dx
  const double block = (all - 2 * head) / 3;                   // dW and dx are alike
  CHECK_THAT(flops({"encoder.1"}), WithinAbs(all - block / 2, 1));
  Words freeze{"embedding", "positions", "encoder.0", "encoder.1"};
  CHECK_THAT(flops(freeze), WithinAbs(2 * head + block, 1));
  freeze.emplace_back(
      "encoder.2.norm1");  // behind it nobody needs the first dx: of 12 C x C weights, Q, K and V
  CHECK_THAT(flops(freeze), WithinAbs(2 * head + block - block / 2 * 3 / 12, 1));
}

TEST_CASE("a parameter counts for the result at hand, whether it is read before or after that is recorded") {
  Parameters parameters;
  const Words names{"frozen"}, others{"trained"};
  const Parameter frozen = parameters.add(names, {2}, Init::ones(), Use::vector),
                  trained = parameters.add(others, {2}, Init::ones(), Use::vector);
  parameters.allocate();
  parameters.set_rates(std::vector<double>{0, 1});
  Gradients gradients(parameters);
  Tape tape(parameters);
  for (const bool before : {false, true}) {
    tape.begin(Mode::train, &gradients, {});
    const Var x = tape.input(1, 2);
    x.value().setOnes();
    tape.value(frozen);
    const Var h = scale(x, 2);
    CHECK_FALSE(h.needs_grad());
    const Var first = scale(h, 2);
    if (before) tape.value(trained);
    Var y = tape.result(1, 2);
    int calls = 0, *count = &calls;
    y.pullback([=] { ++*count; });
    if (!before) tape.value(trained);
    CHECK_FALSE(h.needs_grad());
    CHECK(y.needs_grad());
    CHECK(scale(y, 3).needs_grad());
    y.add_grad(y.value());
    tape.backward();
    CHECK(calls == 1);
    CHECK(first.tape().trains(trained));
  }
  tape.begin(Mode::train, &gradients, {});
  CHECK(scale(tape.input(1, 2, true), 2).needs_grad());  // an input's own
}
