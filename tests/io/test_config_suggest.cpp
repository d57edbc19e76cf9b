// "Did you mean": distances, other frameworks' words, keys of other sections.
#include <algorithm>
#include <map>

#include "catch.hpp"
#include "io/suggest.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps of neighbors") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("heads", "heads") == 0);
  CHECK(edit_distance("num_head", "num_heads") == 1);
  CHECK(edit_distance("sedd", "seed") == 1);
  CHECK(edit_distance("esed", "seed") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("Num-Heads", "num_heads") == 0);
}

TEST_CASE("the nearest word is at most a third of the letters away") {
  const std::vector<std::string> words = {"adam", "adamw", "sgd"};
  CHECK(nearest("adamW", words) == "adamw");
  CHECK(nearest("adma", words) == "adam");
  CHECK(nearest("sdg", words) == "sgd");
  CHECK(nearest("lion", words) == "");
  CHECK(nearest("", words) == "");
}

TEST_CASE("other frameworks' words lead to our keys") {
  const std::map<std::string, std::string> model = {{"n_head", "num_heads"},
                                                    {"nhead", "num_heads"},
                                                    {"num_attention_heads", "num_heads"},
                                                    {"hidden_size", "d_model"},
                                                    {"n_embd", "d_model"},
                                                    {"embed_dim", "d_model"},
                                                    {"dim", "d_model"},
                                                    {"num_hidden_layers", "num_layers"},
                                                    {"n_layer", "num_layers"},
                                                    {"nlayers", "num_layers"},
                                                    {"depth", "num_layers"},
                                                    {"d_ff", "dim_feedforward"},
                                                    {"ffn_dim", "dim_feedforward"},
                                                    {"intermediate_size", "dim_feedforward"},
                                                    {"dim_feed_forward", "dim_feedforward"},
                                                    {"dropout_prob", "dropout"},
                                                    {"hidden_dropout_prob", "dropout"},
                                                    {"attn_dropout", "attention_dropout"},
                                                    {"attention_probs_dropout_prob", "attention_dropout"}};
  const std::map<std::string, std::string> train = {{"lr", "learning_rate"},
                                                    {"bs", "batch_size"},
                                                    {"per_device_train_batch_size", "batch_size"},
                                                    {"clip", "max_grad_norm"},
                                                    {"grad_clip", "max_grad_norm"},
                                                    {"gradient_clip_val", "max_grad_norm"},
                                                    {"clip_norm", "max_grad_norm"},
                                                    {"num_epochs", "epochs"},
                                                    {"num_train_epochs", "epochs"},
                                                    {"max_epochs", "epochs"},
                                                    {"warmup", "warmup_steps"},
                                                    {"early_stopping_patience", "patience"}};
  const std::map<std::string, std::string> data = {
      {"max_len", "max_length"}, {"block_size", "max_length"}, {"max_position_embeddings", "max_length"}};
  const auto check = [](const std::string& section, const std::map<std::string, std::string>& words) {
    for (const auto& [word, key] : words) {
      CHECK(complaint("data.train = 'a'\n[" + section + "]\n" + word + " = 1\n") ==
            "f:3:1: unknown key \"" + section + "." + word + "\"; did you mean \"" + key + "\"?");
    }
  };
  check("model", model);
  check("train", train);
  // [data] must not be defined twice.
  for (const auto& [word, key] : data) {
    CHECK(complaint("[data]\ntrain = 'a'\n" + word + " = 1\n") ==
          "f:3:1: unknown key \"data." + word + "\"; did you mean \"" + key + "\"?");
  }
}

TEST_CASE("the rest of the table leads to keys that exist") {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.name.substr(key.name.find('.') + 1));
  for (const ComponentSchema& component : test_layers())
    for (const Option& option : component.options) names.push_back(option.name);
  for (const char* word :
       {"heads",      "width",     "d_head",       "pre_norm", "is_causal", "eps",       "act",
        "pooler",     "min_lr",    "optim",        "betas",    "scheduler", "max_iters", "grad_accum",
        "save_steps", "backend",   "random_seed",  "val",      "val_split", "test_file", "standardize",
        "text_key",   "label_key", "class_weight", "smoothing"}) {
    INFO(word);
    CHECK(std::find(names.begin(), names.end(), familiar_key(word)) != names.end());
  }
}

TEST_CASE("keys that have become options of a format say where they are now") {
  CHECK(complaint("[data]\ntrain = 'a'\nformat = 'csv'\nlabel_column = 'b'\ntext_column = 'c'") ==
        "f:4:1: unknown key \"data.label_column\"; it is an option of data.format: [data.format] "
        "label_column = "
        "..., or data.format.label_column=... on the command line\n"
        "f:5:1: unknown key \"data.text_column\"; did you mean \"text_columns\" in [data.format]?");
}

TEST_CASE("keys that have become options of a tokenizer say where they are now") {
  for (const std::string section : {"data", "model"}) {
    const auto said = [&](const std::string& word) {
      return complaint("[data]\ntrain = 'a'\n", {section + "." + word + "=1"});
    };
    const auto unknown = [&](const std::string& word) {
      return "command line: unknown key \"" + section + "." + word + "\"; ";
    };
    for (const std::string word : {"lowercase", "min_count", "vocab_size"})
      CHECK(said(word) == unknown(word) + "it is an option of data.tokenizer: [data.tokenizer] " + word +
                              " = ..., or data.tokenizer." + word + "=... on the command line");
    const std::map<std::string, std::string> familiar = {
        {"lower", "lowercase"}, {"min_freq", "min_count"}, {"n_vocab", "vocab_size"}};
    for (const auto& [word, option] : familiar)
      CHECK(said(word) == unknown(word) + "did you mean \"" + option + "\" in [data.tokenizer]?");
  }
}
