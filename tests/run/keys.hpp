// A test for each key of the config: setting it changes what its line in docs/config.md says.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/ops.hpp>

#include "io/checkpoint.hpp"
#include "trainer_workplace.hpp"

namespace orochi {

/// By the key's full name, or an option's: "optimizer.adam.beta1".
using KeyTests = std::map<std::string, void (*)()>;
KeyTests data_keys();
KeyTests reader_keys();
KeyTests tokenizer_keys();
KeyTests model_keys();
KeyTests layer_keys();
KeyTests optimizer_keys();
KeyTests update_keys();
KeyTests rate_keys();
KeyTests loop_keys();
KeyTests task_keys();

/// A run of training on a little data, some keys of its config changed.
struct Run {
  Run(const std::string& name, const std::vector<std::string>& overrides,
      const Extensions& registry = builtin())
      : place("keys-" + name) {
    TrainRequest request = place.request("run");
    request.overrides = overrides;
    ending = ending_of(request, observer, registry);
  }
  std::string last() const { return (place.root / "run/last.h5").string(); }
  CheckpointHeader header() const { return CheckpointReader(last()).header(); }
  Workplace place;
  Silent observer;
  Ending ending;
};

/// A layer that makes y of x by a function, and has no gradient: for models that are looked at.
class Made : public Layer {
 public:
  using Make = std::function<RowMatrix(const RowMatrix&)>;
  explicit Made(Make make) : make_(std::move(make)) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value() = make_(x.value());
    y.pullback([] {});
    return rows.with(y);
  }

 private:
  Make make_;
};

inline void add_made(Extensions& registry, const std::string& name, const Made::Make& make) {
  registry.layers.add(
      {name, Role::rows, "a test's", [make](Builder&) { return std::make_unique<Made>(make); }});
}

/// Hands its rows on, times a factor that may depend on the pass. `rows` notes how many rows it has seen.
class Factor : public Layer {
 public:
  using Choose = std::function<double(const Tape&, Index rows)>;
  explicit Factor(Choose choose) : choose_(std::move(choose)) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    const auto factor = static_cast<Scalar>(choose_(x.tape(), x.rows()));
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value() = factor * x.value();
    y.pullback([=] { x.add_grad(factor * y.grad()); });
    return rows.with(y);
  }

 private:
  Choose choose_;
};

inline Extensions with_factor(const Factor::Choose& choose) {
  Extensions registry = builtin();
  registry.layers.add(
      {"factor", Role::rows, "a test's", [choose](Builder&) { return std::make_unique<Factor>(choose); }});
  return registry;
}

}  // namespace orochi
