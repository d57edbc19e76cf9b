// Every registered layer's backward pass against central differences, in double: one line a layer and
// setting.
#include <iostream>

#include <orochi/gradient_check.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"

using namespace orochi;

TEST_CASE("every built-in layer's gradient agrees with central differences") {
  const Layers registry = builtin_layers();
  REQUIRE(registry.entries().size() >= 18);
  for (const LayerEntry& entry : registry.entries()) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      for (const GradientCheck& check : check_gradients(entry, registry, seed)) {
        if (seed == 1)
          std::cout << entry.name << (check.example.empty() ? "" : " (" + check.example + ")") << ": "
                    << check.difference << " at " << check.worst << ", " << check.tried << " elements\n";
        INFO(entry.name << " " << check.example << " seed " << seed << ": " << check.difference << " at "
                        << check.worst);
        CHECK(check.passed());
        CHECK(check.tried >= 8);
      }
    }
  }
}

namespace {
/// y = 2 x, with a gradient that says 1.9: the check must see it.
class NarrowLayer : public Layer {
 public:
  explicit NarrowLayer(Builder& builder)
      : weight_(builder.weight("weight", builder.width() - 1, builder.width())) {}
  Rows forward(const Rows& x) const override { return x.with(linear(x.values, weight_)); }  // [N, C - 1]

 private:
  Parameter weight_;
};

class WrongLayer : public Layer {
 public:
  explicit WrongLayer(Builder&) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    Var y = x.tape().result(x.rows(), x.cols());
    y.value() = 2 * x.value();
    y.pullback([=] { x.add_grad(Scalar(1.9) * y.grad()); });
    return rows.with(y);
  }
};
/// A layer that forgets its parameter's gradient.
class ForgetfulLayer : public Layer {
 public:
  explicit ForgetfulLayer(Builder& builder) : scale_(builder.vector("scale", builder.width())) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    Var y = x.tape().result(x.rows(), x.cols());
    const Var scale = parameter(x.tape(), scale_);
    for (Index i = 0; i < x.rows(); ++i)
      y.value().row(i) = x.value().row(i).cwiseProduct(scale.value().row(0));
    y.pullback([=] {
      MatrixMap dx(x.grad_target().data, x.rows(), x.cols());
      for (Index i = 0; i < x.rows(); ++i) dx.row(i) = y.grad().row(i).cwiseProduct(scale.value().row(0));
    });
    return rows.with(y);
  }

 private:
  Parameter scale_;
};
}  // namespace

namespace {
/// f(f(x)) + f(x): the layer's parameters and its input are used more than once in a step.
class RepeatedLayer : public Layer {
 public:
  RepeatedLayer(Builder& builder, const std::string& name) : layer_(builder.layer("repeated", name)) {}
  Rows forward(const Rows& x) const override {
    const Rows once = layer_->forward(x);  // [N, C]
    return x.with(add(layer_->forward(once).values, layer_->forward(x).values));
  }

 private:
  std::unique_ptr<Layer> layer_;
};

/// Two attentions over the same rows of Q | K | V.
class SharedRows : public Layer {
 public:
  explicit SharedRows(Builder& builder)
      : weight_(builder.weight("weight", 3 * builder.width(), builder.width())) {
    options_.head_dim = builder.width();
    options_.dropout = 0.2;
    options_.stream = builder.random_streams();
  }
  Rows forward(const Rows& x) const override {
    Var qkv = linear(x.values, weight_);  // [N, 3 C]
    AttentionOptions causal = options_;
    causal.causal = true;
    return x.with(add(attention(qkv, options_, x.batch), attention(qkv, causal, x.batch)));
  }

 private:
  Parameter weight_;  // [3 C, C]
  AttentionOptions options_;
};
}  // namespace

TEST_CASE("what is used more than once gets the sum of its gradients") {
  Layers registry = builtin_layers();
  const std::vector<LayerEntry> entries = registry.entries();
  std::vector<std::string> names{"shared_rows"};
  registry.add<SharedRows>(names.front(), Role::rows, "two attentions over the same rows");
  for (const LayerEntry& entry : entries) {
    if (entry.role != Role::rows || entry.name == "class_token") continue;  // it makes more rows
    names.push_back("repeated_" + entry.name);
    registry.add({names.back(), Role::rows, "f(f(x)) + f(x)", [name = entry.name](Builder& builder) {
                    return std::make_unique<RepeatedLayer>(builder, name);
                  }});
  }
  REQUIRE(names.size() >= 12);
  for (const std::string& name : names) {
    const GradientCheck check = check_gradients(*registry.find(name), registry, 1).front();
    INFO(name << ": " << check.difference << " at " << check.worst);
    CHECK(check.passed());
  }
}

TEST_CASE("a wrong gradient is found") {
  Layers registry = builtin_layers();
  registry.add<WrongLayer>("wrong", Role::rows, "2 x");
  registry.add<ForgetfulLayer>("forgetful", Role::rows, "x * scale");
  CHECK_FALSE(check_gradients(*registry.find("wrong"), registry, 1).front().passed());
  const GradientCheck forgetful = check_gradients(*registry.find("forgetful"), registry, 1).front();
  CHECK_FALSE(forgetful.passed());
  CHECK(forgetful.worst.substr(0, 11) == "layer.scale");
}

TEST_CASE("a layer that makes rows of another shape is named") {
  Layers registry = builtin_layers();
  registry.add<NarrowLayer>("narrow", Role::rows, "x W, of fewer columns");
  const GradientCheck narrow = check_gradients(*registry.find("narrow"), registry, 1).front();
  REQUIRE(narrow.errors.size() == 1);
  CHECK_THAT(narrow.errors.front(), catch_matchers::Contains("\"layer\", of role rows, makes ") &&
                                        catch_matchers::Contains("is expected"));
}
