// [[model.block]]: blocks that differ, and what is said of wrong ones.
#include "catch.hpp"
#include "io/config_keys.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

const std::string two_blocks =
    "data.train = 'a'\n"
    "[model]\nd_model = 48\nwindow = 3\n"
    "[[model.block]]\nnum_heads = 8\nwindow = 16\ndropout = 0\nnorm = 'rms_norm'\n"
    "[[model.block]]\ntype = 'convolution'\nwidth = 7\nnum_heads = 2\n";

}  // namespace

TEST_CASE("a block's table has its own options and keys of [model]") {
  const ModelConfig model = parse(two_blocks).model;
  REQUIRE(model.block.size() == 2);
  CHECK(model.block[0] == Component{"encoder_layer",
                                    {{"num_heads", std::int64_t{8}},
                                     {"window", std::int64_t{16}},
                                     {"dropout", 0.0},
                                     {"norm", std::string("rms_norm")}}});
  CHECK(model.block[1] ==
        Component{"convolution", {{"num_heads", std::int64_t{2}}, {"width", std::int64_t{7}}}});
  const ModelConfig first = block_model(model, model.block[0].options);
  CHECK(first.num_heads == 8);
  CHECK(first.window == 16);
  CHECK(first.dropout == 0);
  CHECK(first.norm == "rms_norm");
  CHECK(first.d_model == 48);
  CHECK(first.attention_dropout == model.attention_dropout);
  CHECK(block_model(model, model.block[1].options).window == 3);
}

TEST_CASE("every key that a block may have reaches its field") {
  const ModelConfig defaults;
  int keys = 0;
  visit_model(defaults, [&](const Key& key, const auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_constructible_v<OptionValue, Field>) {
      if (!key.of_block) return;
      ++keys;
      Field other = field;
      if constexpr (std::is_same_v<Field, bool>)
        other = !field;
      else if constexpr (std::is_same_v<Field, std::string>)
        other = "other";
      else
        other = field + 1;
      const ModelConfig changed = block_model(defaults, {{key.name, other}});
      visit_model(changed, [&](const Key& seen, const auto& value) {
        INFO(key.name << " " << seen.name);
        if constexpr (std::is_same_v<Field, std::remove_cvref_t<decltype(value)>>)
          if (seen.name == key.name) CHECK(value == other);
      });
      Config before, after;
      after.model = changed;
      CHECK(compare_configs(before, after).size() == 1);
    }
  });
  CHECK(keys == 13);
}

TEST_CASE("names and tables may be mixed, and an override takes the place of all") {
  const Config config =
      parse(two_blocks, {"model.block=['relu', {type='convolution', width=3}, {window=2}]"});
  CHECK(config.model.block == std::vector<Component>{{"relu"},
                                                     {"convolution", {{"width", std::int64_t{3}}}},
                                                     {"encoder_layer", {{"window", std::int64_t{2}}}}});
}

TEST_CASE("blocks are written as tables, or as names where they have no options") {
  const Config config = parse(two_blocks);
  const std::string text = write_config(config);
  CHECK_THAT(text, Contains("[[model.block]]\ntype = \"convolution\"\nnum_heads = 2\nwidth = 7\n"));
  CHECK_THAT(text, !Contains("block = "));
  CHECK(compare_configs(config, parse(text)).empty());
  CHECK_THAT(write_config(parse("data.train = 'a'\nmodel.block = ['relu', {type = 'gelu'}]")),
             Contains("block = [\"relu\", \"gelu\"]"));
}

TEST_CASE("what differs between blocks is named") {
  const Config before = parse(two_blocks), after = parse(two_blocks + "dropout = 0.5\n[train]\nepochs = 3\n");
  std::vector<std::string> changes;
  for (const ConfigChange& c : compare_configs(before, after))
    changes.push_back(c.key + ": " + c.before + " -> " + c.after);
  CHECK(changes ==
        std::vector<std::string>{"model.block[1].dropout: default -> 0.5", "train.epochs: 10 -> 3"});
}

TEST_CASE("errors in blocks") {
  const auto said = [](const std::string& block) {
    return complaint("data.train = 'a'\n[[model.block]]\n" + block);
  };
  CHECK(said("num_heads = 0") == "f:3:13: model.block[0].num_heads is 0; allowed: an integer, 1 or more");
  CHECK_THAT(said("type = 'encoder_layr'"),
             Contains("f:3:8: model.block[0].type is \"encoder_layr\"; allowed: ") &&
                 Contains("did you mean \"encoder_layer\"?"));
  CHECK_THAT(
      said("type = 3"),
      Contains("f:3:8: model.block[0].type is the integer 3; allowed: a registered layer of role rows"));
  CHECK_THAT(said("norm = 'no'"), Contains("f:3:8: model.block[0].norm is \"no\"; allowed: "));
  CHECK(said("nheads = 3") == "f:3:1: unknown key \"model.block[0].nheads\"; did you mean \"num_heads\"?");
  CHECK(said("pooling = 'cls'") ==
        "f:3:1: unknown key \"model.block[0].pooling\"; did you mean \"pooling\" in [model]?");
  CHECK_THAT(said("type = 'convolution'\nzzz = 1"),
             Contains("f:4:1: unknown key \"model.block[0].zzz\"; keys of [model.block[0]] with type "
                      "\"convolution\": width, "));
  CHECK(
      said("num_heads = 5") ==
      "f:3:13: model.block[0].num_heads is 5, which does not divide model.d_model, 64; change one of them or "
      "give model.block[0].head_dim");
  CHECK(said("num_heads = 4\n[model]\nnum_heads = 5").empty());  // no block has it
  CHECK_THAT(said("head_dim = 3\n[model]\npositions = 'rotary'"),
             Contains("a head has 3; allowed: a multiple of 2 as model.block[0].head_dim"));
  CHECK_THAT(complaint("data.train = 'a'\nmodel.blocks = ['relu']"),
             Contains("unknown key \"model.blocks\"; did you mean \"block\"?"));
}
