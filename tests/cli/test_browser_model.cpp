// The model that a report answers with: the same answers, and what it cannot be made of.
#include <nlohmann/json.hpp>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>
#include <orochi/recording.hpp>

#include "catch.hpp"
#include "cli/report/browser/answer.hpp"
#include "cli/report/browser/model.hpp"
#include "io/config_file.hpp"

using namespace orochi;
using catch_matchers::Contains;
using nlohmann::ordered_json;

namespace {

const std::vector<std::string> texts{"Two dragons don't share one cave.",
                                     "the Stra\xC3\x9F"
                                     "e at night",
                                     "one \xF0\x9F\x90\x89\xEF\xB8\x8F, two!", "cave"};

Config config_with(const Component& tokenizer) {
  Config config;
  config.data.tokenizer = tokenizer;
  config.data.max_length = 12;
  config.model.d_model = 16;
  config.model.num_heads = 2;
  config.model.pooling = "cls";
  config.model.block = {{"encoder_layer", {{"num_heads", std::int64_t{4}}}}, {"encoder_layer", {}}};
  return config;
}

Model made(const Config& config, const Extensions& extensions = builtin()) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::shared_ptr<Tokenizer> tokenizer = extensions.tokenizers.make(config.data.tokenizer);
  tokenizer->fit(views, config.data.max_length);
  Preprocessing preprocessing;
  preprocessing.tokenizer = tokenizer;
  std::unique_ptr<Task> task = extensions.tasks.make(config.task);
  task->fit(std::vector<std::string>{"yes", "no", "</script>"});
  Model model(config, preprocessing, std::move(task), extensions);
  model.classifier->parameters().initialize(7);
  return model;
}

/// As a page has it: through text.
Model page_of(const Model& model) {
  return browser_model(ordered_json::parse(browser_json(model).dump()),
                       model.classifier->parameters().flat());
}

std::vector<Scalar> outputs(const Model& model, const std::string& text,
                            std::span<const HeadReplacement> replacements = {}) {
  Inference inference(model, 1);
  inference.set_replacements(replacements);
  const Sequences data = encode(model, std::span(&text, 1));
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> all = inference.outputs(as_batch(data, samples));
  return {all.begin(), all.end()};
}

std::vector<Scalar> answered(const Model& page, const std::string& text, std::span<const HeadAt> off = {}) {
  return browser_answer(page, {&text, 1}, off)["outputs"].get<std::vector<Scalar>>();
}

}  // namespace

TEST_CASE("a page's model answers with the bits of the program's") {
  const std::vector<Component> tokenizers{{"word", {{"lowercase", true}}},
                                          {"char", {}},
                                          {"whitespace", {}},
                                          {"kmers", {{"k", std::int64_t{2}}}},
                                          {"bpe", {{"vocab_size", std::int64_t{300}}}},
                                          {"unigram", {{"vocab_size", std::int64_t{300}}}}};
  for (const Component& tokenizer : tokenizers) {
    INFO(tokenizer.type);
    const Model model = made(config_with(tokenizer));
    const Model page = page_of(model);
    for (const std::string& text : texts) CHECK(answered(page, text) == outputs(model, text));
    CHECK(compare_configs(model.config, page.config).empty());
  }
}

TEST_CASE("a page switches heads off as ablation does") {
  const Model model = made(config_with({"word", {}}));
  const Model page = page_of(model);
  const std::vector<Scalar> zeros(8, 0);
  const std::vector<HeadReplacement> replacements{{0, 3, zeros}, {1, 0, zeros}};
  const std::vector<HeadAt> off{{0, 3}, {1, 0}};
  const ordered_json answer = browser_answer(page, {&texts[0], 1}, off);
  CHECK(answer["outputs"].get<std::vector<Scalar>>() == outputs(model, texts[0], replacements));
  CHECK(answered(page, texts[0], off) != answered(page, texts[0]));
  CHECK(answer["all_heads"]["probabilities"] == browser_answer(page, {&texts[0], 1}, {})["probabilities"]);
  CHECK(answer["attention"] == ordered_json{0, 1});
  CHECK(answer["layers"][0].size() == 4);
  CHECK(answer["layers"][1].size() == 2);
}

TEST_CASE("a page says what of a text it has not read") {
  const Model model = made(config_with({"word", {}}));
  const Model page = page_of(model);
  const std::string text = "two lizards", words = "one two one two one two one two one two one two one";
  const ordered_json answer = browser_answer(page, {&text, 1}, {});
  CHECK(answer["rows"] == ordered_json{"[cls]", "two", "lizards"});
  CHECK(answer["unknown"] == ordered_json{2});
  CHECK(answer["cut"] == false);
  CHECK(answer["unknown_note"] == "");  // a half of the tokens
  const std::string strange = "three lizards";
  CHECK(browser_answer(page, {&strange, 1}, {})["unknown_note"] ==
        "100 % of the tokens are unknown to the model: are these texts of the kind that it was trained on?");
  CHECK(browser_answer(page, {&words, 1}, {})["cut"] == true);
  const std::string blank = "  ";
  CHECK_THROWS_WITH(browser_answer(page, {&blank, 1}, {}), Contains("the text is empty"));
}

TEST_CASE("options and lists come back as what they were") {
  Config config = config_with({"word", {}});
  config.layer["feed_forward"] = {};
  config.model.dropout = 1.0 / 3;
  config.train.optimizer = {"adamw", {{"beta1", 0.5}}};
  config.train.freeze = {"embedding", "encoder.0"};
  config.task = {"classification", {{"label_smoothing", 0.0}}};
  const Model model = made(config);
  CHECK(compare_configs(model.config, page_of(model).config).empty());
}

TEST_CASE("a model that a page cannot answer with is refused") {
  Extensions extensions = builtin();
  LayerEntry own = *extensions.layers.find("feed_forward");
  own.name = "own";
  extensions.layers.add(own);
  Config config = config_with({"word", {}});
  config.model.feed_forward = "own";
  CHECK_THROWS_WITH(page_of(made(config, extensions)), Contains("own"));
  const Model model = made(config_with({"word", {}}));
  const std::vector<float> more(model.classifier->parameters().flat().size() + 1);
  CHECK_THROWS_WITH(browser_model(browser_json(model), more), Contains("parameters"));
  CHECK_THROWS_WITH(browser_model(browser_json(model), {}), Contains("too many numbers"));
}
