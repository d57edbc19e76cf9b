// Which parameters weight decay takes is what docs/checkpoint.md says.
#include <set>

#include <orochi/classifier.hpp>

#include "catch.hpp"

using namespace orochi;

namespace {

std::set<std::string> decaying(const std::string& pooling, InputShape input) {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.pooling = pooling;
  config.model.block = {{"encoder_layer"}, {"learned"}, {"linear"}, {"rms_norm"}};
  const Classifier model(config, input, 3, builtin_layers());
  std::set<std::string> names;
  for (const ParameterView& view : model.parameters().views())
    if (model.parameters().entries()[static_cast<std::size_t>(view.parameter)].use == Use::product)
      names.insert(view.name);
  return names;
}

}  // namespace

TEST_CASE("the weights of products decay, and nothing else does") {
  std::set<std::string> expected{"encoder.0.attention.query.weight",
                                 "encoder.0.attention.key.weight",
                                 "encoder.0.attention.value.weight",
                                 "encoder.0.attention.output.weight",
                                 "encoder.0.feed_forward.linear1.weight",
                                 "encoder.0.feed_forward.linear2.weight",
                                 "encoder.2.weight",
                                 "head.weight"};
  CHECK(decaying("cls", {11, 0, 6}) == expected);
  expected.insert("input.weight");
  CHECK(decaying("attention", {0, 5, 6}) == expected);
}
