// Models for other frameworks: the folder says what transformers asks for, and what is read again is the
// same.
#include <orochi/error.hpp>

#include "catch.hpp"
#include "data/temp_folder.hpp"
#include "exchange/hugging_face.hpp"
#include "golden_rows.hpp"
#include "io/config_file.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using orochi::testing::TempFolder;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json read_json(const fs::path& path) { return json::parse(read(path)); }

/// A family's encoder under a head, as fine-tuning with model.pooling = "pooler" has it.
Model with_head(const std::string& family, const std::string& activation,
                const std::string& task = "classification",
                const std::vector<std::string>& targets = {"no", "yes", "perhaps"}) {
  const Model encoder = imported(encoders_folder() + "/" + family);
  Config config = encoder.config;
  config.model.pooling = "pooler";
  config.layer["pooler"]["activation"] = activation;
  config.task = {task};
  std::unique_ptr<Task> learned = builtin().tasks.make(config.task);
  learned->fit(targets);
  Model model(config, encoder.preprocessing, std::move(learned));
  model.classifier->parameters().initialize(1);
  return model;
}

std::vector<float> parameter(const Model& model, const std::string& name) {
  const Parameters& parameters = model.classifier->parameters();
  for (const ParameterView& view : parameters.views())
    if (view.name == name)
      return {parameters.data() + view.offset, parameters.data() + view.offset + view.size};
  return {};
}

std::string message_of(const Model& model, const std::string& folder) {
  try {
    export_safetensors(model, folder);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an imported encoder that is exported and imported again is the same checkpoint", "[export]") {
  const std::pair<const char*, const char*> classes[]{{"bert", "BertModel"},
                                                      {"minilm", "BertModel"},
                                                      {"distilbert", "DistilBertModel"},
                                                      {"roberta", "RobertaModel"},
                                                      {"electra", "ElectraModel"}};
  for (const auto& [family, model_class] : classes) {
    INFO(family);
    const TempFolder temp;
    const Model encoder = imported(encoders_folder() + "/" + family);
    const Exported done = export_safetensors(encoder, temp.path() + "/exported");
    CHECK(done.model_class == model_class);
    CHECK(done.notes.empty());
    encoder.save(temp.path() + "/before.h5");
    imported(temp.path() + "/exported").save(temp.path() + "/after.h5");
    CHECK(read(temp.path() + "/before.h5") == read(temp.path() + "/after.h5"));
    CHECK(read_json(temp.path() + "/exported/config.json")["architectures"] == json::array({model_class}));
  }
}

TEST_CASE("pooling is kept where it is not BERT's", "[export]") {
  const TempFolder temp;
  Model encoder = imported(encoders_folder() + "/minilm");
  encoder.config.model.pooling = "first";
  export_safetensors(encoder, temp.path() + "/exported");
  CHECK(imported(temp.path() + "/exported").config.model.pooling == "first");
}

TEST_CASE("a classifier has the tensors and the fields of its family's class", "[export]") {
  struct Expected {
    const char *family, *activation, *model_class, *encoder, *pooler, *head;
    std::size_t positions, skipped;
  };
  const Expected all[]{{"bert", "tanh", "BertForSequenceClassification", "bert.embeddings.",
                        "bert.pooler.dense", "classifier", 48, 0},
                       {"distilbert", "relu", "DistilBertForSequenceClassification", "distilbert.embeddings.",
                        "pre_classifier", "classifier", 48, 0},
                       {"roberta", "tanh", "RobertaForSequenceClassification", "roberta.embeddings.",
                        "classifier.dense", "classifier.out_proj", 50, 2},
                       {"electra", "gelu", "ElectraForSequenceClassification", "electra.embeddings.",
                        "classifier.dense", "classifier.out_proj", 48, 0}};
  for (const Expected& expected : all) {
    INFO(expected.family);
    const TempFolder temp;
    const std::string folder = temp.path() + "/exported";
    const Model model = with_head(expected.family, expected.activation);
    CHECK(export_safetensors(model, folder).model_class == expected.model_class);

    const SafetensorsFile file(folder + "/model.safetensors");
    const auto shape = [&](const std::string& name) { return file.tensors().at(name).shape; };
    const std::string pooler = expected.pooler, head = expected.head;
    CHECK(shape(pooler + ".weight") == std::vector<Index>{8, 8});
    CHECK(shape(head + ".weight") == std::vector<Index>{3, 8});
    CHECK(golden_numbers(file, pooler + ".weight") == parameter(model, "pooling.weight"));
    CHECK(golden_numbers(file, head + ".weight") == parameter(model, "head.weight"));
    CHECK(golden_numbers(file, head + ".bias") == parameter(model, "head.bias"));
    const std::vector<float> ours = parameter(model, "positions.weight");
    std::vector<float> table(expected.skipped * ours.size() / 48);  // rows that no position takes
    table.insert(table.end(), ours.begin(), ours.end());
    CHECK(golden_numbers(file, std::string(expected.encoder) + "position_embeddings.weight") == table);

    const json config = read_json(folder + "/config.json");
    CHECK(config["id2label"] == json{{"0", "no"}, {"1", "perhaps"}, {"2", "yes"}});
    CHECK(config["label2id"] == json{{"no", 0}, {"perhaps", 1}, {"yes", 2}});
    CHECK(config["problem_type"] == "single_label_classification");
    CHECK(config["max_position_embeddings"] == expected.positions);
    CHECK(config["vocab_size"] == model.preprocessing.vocabulary_size());
    CHECK(config["pad_token_id"] == (expected.skipped == 0 ? 0 : 1));
    const json settings = read_json(folder + "/tokenizer_config.json");
    CHECK(settings["model_max_length"] == 48);
    CHECK(settings["cls_token"] == (expected.skipped == 0 ? "[CLS]" : "<s>"));
    CHECK(fs::exists(folder + "/vocab.txt") == (expected.skipped == 0));
    CHECK_FALSE(fs::exists(folder + ".tmp"));
  }
}

TEST_CASE("sizes are written by the family's names", "[export]") {
  const TempFolder temp;
  Model model = with_head("electra", "gelu");
  model.config.model.dropout = 0.25;
  export_safetensors(model, temp.path() + "/exported");
  const json config = read_json(temp.path() + "/exported/config.json");
  CHECK(config["model_type"] == "electra");
  CHECK(config["hidden_size"] == 8);
  CHECK(config["embedding_size"] == 4);
  CHECK(config["intermediate_size"] == 12);
  CHECK(config["num_hidden_layers"] == 2);
  CHECK(config["num_attention_heads"] == 2);
  CHECK(config["hidden_act"] == "gelu");
  CHECK(config["hidden_dropout_prob"] == 0.25);
  CHECK(config["layer_norm_eps"] == 1e-12);
  CHECK(config["type_vocab_size"] == 2);
}

TEST_CASE("token types that the model does not have are zeros", "[export]") {
  const TempFolder temp;
  // DistilBERT's encoder has none; with BERT's pooler it is a BERT.
  CHECK(export_safetensors(with_head("distilbert", "tanh"), temp.path() + "/exported").model_class ==
        "BertForSequenceClassification");
  const SafetensorsFile file(temp.path() + "/exported/model.safetensors");
  const std::string name = "bert.embeddings.token_type_embeddings.weight";
  CHECK(file.tensors().at(name).shape == std::vector<Index>{2, 8});
  CHECK(golden_numbers(file, name) == std::vector<float>(16));
}

TEST_CASE("a regression's outputs are its targets", "[export]") {
  const TempFolder temp;
  const Model model = with_head("bert", "tanh", "regression", {"1,10", "3,30"});
  model.task->fit_split(std::vector<double>{1, 10, 3, 50});  // means 2 and 30, deviations 1 and 20
  export_safetensors(model, temp.path() + "/exported");
  const SafetensorsFile file(temp.path() + "/exported/model.safetensors");
  const std::vector<float> weight = golden_numbers(file, "classifier.weight"),
                           bias = golden_numbers(file, "classifier.bias"),
                           ours = parameter(model, "head.weight");
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(weight[i] == ours[i] * (i < 8 ? 1 : 20));
  CHECK(bias == std::vector<float>{2, 30});
  const json config = read_json(temp.path() + "/exported/config.json");
  CHECK(config["problem_type"] == "regression");
  CHECK(config["id2label"] == json{{"0", "LABEL_0"}, {"1", "LABEL_1"}});
}

TEST_CASE("several labels a sequence are so in config.json", "[export]") {
  const TempFolder temp;
  export_safetensors(with_head("electra", "gelu", "multi_label", {"a,b", "b", "c"}),
                     temp.path() + "/exported");
  const json config = read_json(temp.path() + "/exported/config.json");
  CHECK(config["problem_type"] == "multi_label_classification");
  CHECK(config["id2label"] == json{{"0", "a"}, {"1", "b"}, {"2", "c"}});
}

TEST_CASE("a model without counterpart is its own tensors, and a note says why", "[export]") {
  const TempFolder temp;
  const auto note = [&](const Model& model, const std::string& folder) {
    const Exported done = export_safetensors(model, temp.path() + "/" + folder);
    CHECK(done.model_class.empty());
    return done.notes.at(0);
  };
  Model model = with_head("bert", "tanh");
  model.config.model.pooling = "mean";
  CHECK_THAT(note(model, "mean"),
             Contains("transformers has no model with model.pooling = \"mean\"") &&
                 Contains("BertForSequenceClassification takes: model.pooling = \"pooler\""));
  model = with_head("distilbert", "relu");
  model.config.model.layer_norm_eps = 1e-5;
  CHECK_THAT(note(model, "eps"),
             Contains("model.layer_norm_eps = 1e-05") &&
                 Contains("DistilBertForSequenceClassification takes: model.layer_norm_eps = 1e-12"));
  model = with_head("electra", "gelu");
  model.config.model.norm_first = true;
  model.config.model.window = 3;
  CHECK_THAT(note(model, "several"), Contains("model.norm_first = true, model.window = 3"));
  CHECK_THAT(note(with_head("bert", "silu"), "silu"), Contains("layer.pooler.activation = \"silu\""));
  CHECK_THAT(note(with_head("bert", "tanh", "token_labels", {"a b", "b"}), "rows"),
             Contains("with task = \"token_labels\";"));
  model = with_head("bert", "tanh");
  model.config.data.tokenizer = {"word", {{"min_count", std::int64_t{2}}}};
  CHECK_THAT(note(model, "word"), Contains("with data.tokenizer = \"word\";") &&
                                      Contains("takes: data.tokenizer = \"wordpiece\""));

  const std::string folder = temp.path() + "/mean";
  const SafetensorsFile file(folder + "/model.safetensors");
  CHECK(file.tensors().at("encoder.1.feed_forward.linear1.weight").shape == std::vector<Index>{12, 8});
  CHECK(golden_numbers(file, "head.weight") == parameter(with_head("bert", "tanh"), "head.weight"));
  CHECK_THAT(read(folder + "/config.toml"), Contains("pooling = \"mean\""));
  CHECK_FALSE(fs::exists(folder + "/config.json"));
}

TEST_CASE("a note says what the folder cannot", "[export]") {
  const TempFolder temp;
  const auto notes = [&](const Model& model, const std::string& folder) {
    const Exported done = export_safetensors(model, temp.path() + "/" + folder);
    CHECK_FALSE(done.model_class.empty());
    std::string all;
    for (const std::string& note : done.notes) all += note + "\n";
    return all;
  };
  Model model = with_head("bert", "tanh");
  CHECK(notes(model, "none").empty());
  model.config.data.truncation = "middle";
  CHECK_THAT(notes(model, "middle"), Contains("more than 48 tokens") && Contains("truncation = \"middle\""));
  model.config.data.long_sequences = "windows";
  CHECK_THAT(notes(model, "windows"), Contains("data.long = \"windows\""));
  model = with_head("bert", "tanh");
  model.input.num_texts = 2;
  CHECK_THAT(notes(model, "pairs"), Contains("of pairs of more than 48 tokens"));
  model.config.data.truncation = "tail";
  model.config.data.max_length = 47;  // of which 44 are shared evenly
  CHECK(notes(model, "tail").empty());
  CHECK(read_json(temp.path() + "/tail/tokenizer_config.json")["truncation_side"] == "left");
  model = with_head("bert", "tanh", "multi_label", {"a,b", "b"});
  State state;
  model.task->save(state);
  state.set("tuned_thresholds", std::vector<double>{0.25, 0.5});
  model.task->load(state);
  CHECK_THAT(notes(model, "thresholds"), Contains("0.25, 0.5"));
  model = with_head("bert", "tanh");
  model.task = new_task("classification", {{"calibrate", true}});
  model.task->fit(std::vector<std::string>{"a", "b"});
  CHECK_THAT(notes(model, "temperature"), Contains("softmax(logits / 1)"));
}

TEST_CASE("only a new or an empty folder is written", "[export]") {
  const TempFolder temp;
  const Model model = imported(encoders_folder() + "/bert");
  const std::string folder = temp.path() + "/a/exported";
  CHECK(message_of(model, folder + "/").empty());
  CHECK_THAT(message_of(model, folder), Contains("exported' is there already; name a folder"));
  CHECK_THAT(message_of(model, folder + "/config.json"), Contains("is there already"));
  fs::create_directory(temp.path() + "/empty");
  CHECK(message_of(model, temp.path() + "/empty").empty());
  CHECK(fs::exists(temp.path() + "/empty/model.safetensors"));
  fs::create_directory(temp.path() + "/stopped.tmp");
  CHECK_THAT(message_of(model, temp.path() + "/stopped"), Contains("stopped while it wrote; remove it"));
  CHECK(fs::is_directory(temp.path() + "/stopped.tmp"));
  CHECK_FALSE(fs::exists(temp.path() + "/stopped"));
}
