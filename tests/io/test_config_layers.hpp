// Layers that the configuration tests pretend are registered, and short ways to parse.
#pragma once

#include <string>
#include <vector>

#include <orochi/error.hpp>

#include "io/config_file.hpp"
#include "plain_message.hpp"

namespace orochi {

inline std::vector<ComponentSchema> test_layers() {
  std::vector<ComponentSchema> layers;
  for (const char* name : {"layer_norm", "rms_norm", "relu", "gelu", "learned", "sinusoidal",
                           "multi_head_attention", "feed_forward", "encoder_layer", "alibi", "none"}) {
    layers.push_back({name, "rows", {}});
  }
  layers.push_back({"rotary", "rows", {}, "", {}, 2});
  for (const char* name : {"cls", "mean", "max"}) {
    layers.push_back({name, "pooling", {}});
    layers.back().takes_first = layers.back().name == "cls";
  }
  for (const char* name : {"tsv", "hdf5", "ts"}) layers.push_back({name, "reader", {}});
  layers.push_back(
      {"csv",
       "reader",
       {Option("text_columns", std::vector<std::string>{"text"}), Option("label_column", "label")}});
  for (const char* name : {"word", "char", "whitespace"})
    layers.push_back(
        {name,
         "tokenizer",
         {Option("lowercase", true), Option("min_count", 1).from(1), Option("vocab_size", 30000).from(2)}});
  layers.push_back(
      {"convolution",
       "rows",
       {{"width", std::int64_t{3}}, {"scale", 1.0}, {"bias", true}, {"mode", std::string("same")}}});
  layers.push_back(
      {"classification",
       "task",
       {Option("label_smoothing", 0.0).from(0).below(1),
        Option("class_weights", std::vector<double>{}).from(1e-30).to(1e30).one_of({"balanced"})},
       "",
       {"accuracy", "macro_f1", "weighted_f1", "mcc"}});
  layers.push_back({"counting", "task", {Option("most", 9)}, "", {"error"}});
  const Option decay = Option("weight_decay", 0.01).from(0), share = Option("momentum", 0.9).from(0).below(1),
               beta1 = Option("beta1", 0.9).from(0).below(1), beta2 = Option("beta2", 0.999).from(0).below(1),
               epsilon = Option("epsilon", 1e-8).from(1e-30).to(1e30),
               last = Option("final_learning_rate", 0.0).from(0);
  layers.push_back({"sgd", "optimizer", {share, decay}});
  for (const char* name : {"adam", "adamw"})
    layers.push_back({name, "optimizer", {beta1, beta2, epsilon, decay}});
  layers.push_back({"constant", "schedule", {}});
  for (const char* name : {"linear", "cosine"}) layers.push_back({name, "schedule", {last}});
  return layers;
}

inline Config parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const std::vector<ComponentSchema> layers = test_layers();
  return parse_config(text, "f", overrides, layers);
}

/// What parse_config says is wrong; empty if nothing is.
inline std::string complaint(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse(text, overrides);
  } catch (const Error& error) {
    return error.code() == ExitCode::usage ? plain_message(error.what()) : "not a usage error";
  }
  return "";
}

}  // namespace orochi
