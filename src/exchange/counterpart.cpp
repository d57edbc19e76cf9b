#include "exchange/counterpart.hpp"

#include <algorithm>

#include "data/file_errors.hpp"
#include "exchange/model_numbers.hpp"
#include "exchange/tokenizer_files.hpp"

namespace orochi {
namespace {

/// Their option, also where a config leaves it to the default: so that both are compared.
OptionValue& pooler_activation(Config& config) {
  return config.layer["pooler"].try_emplace("activation", "tanh").first->second;
}

/// The config with all that the family does not have as it has it.
Config as_in(const Family& family, Config config, bool has_head) {
  ModelConfig& model = config.model;
  model.norm_first = model.causal = false;
  model.embedding_norm = true;
  model.window = 0;
  model.norm = "layer_norm";
  model.positions = "learned";
  model.attention = "multi_head_attention";
  model.feed_forward = "feed_forward";
  model.block.clear();
  if (model.head_dim * model.num_heads != model.d_model) model.head_dim = 0;
  if (their_activation(model.activation).empty()) model.activation = "gelu";
  if (!family.sizes.contains("layer_norm_eps")) model.layer_norm_eps = 1e-12;
  if (their_name(family, "embedding_projection").empty()) model.embedding_dim = 0;
  config.data.special_tokens = true;
  if (has_head) model.pooling = "pooler";
  if (config.layer.contains("pooler")) pooler_activation(config) = std::string(family.pooler);
  return config;
}

/// Of what no key says.
std::vector<ConfigChange> other_differences(const Model& model, const Family& family) {
  std::vector<ConfigChange> result;
  if (model.input.num_texts > 2)
    result.push_back({"texts of a sequence", std::to_string(model.input.num_texts), "2"});
  State state;
  model.preprocessing.tokenizer->save(state);
  if (!state.has("merges") && !state.has("continuation"))
    result.push_back({"data.tokenizer.model", "one of SentencePiece", "a byte-level tokenizer.json"});
  else if (family.skips_positions && id_of(state, "<pad>") < 0)
    result.push_back({"the vocabulary", "without <pad>", "one with it"});
  for (const ParameterView& view : model.classifier->parameters().views())
    if (exported_name(model, family, view.name).empty())
      result.push_back({"the tensor", view.name, "a model without it"});
  return result;
}

std::vector<ConfigChange> differences(const Model& model, const Family& family) {
  if (model.preprocessing.tokenizer == nullptr) return {{"data.format", "rows of numbers", "texts"}};
  Config ours = model.config;
  const bool has_pooler = model.task != nullptr || find_view(model, "pooling.weight") != nullptr;
  if (has_pooler)
    pooler_activation(ours);
  else
    ours.layer.erase("pooler");
  std::vector<ConfigChange> result = compare_configs(ours, as_in(family, ours, model.task != nullptr));
  if (const std::string& type = ours.data.tokenizer.type; type != family.tokenizer)
    result.push_back({"data.tokenizer", quote(type), quote(family.tokenizer)});
  if (model.task != nullptr && problem_type(ours.task.type).empty())
    result.push_back({"task", quote(ours.task.type), quote("classification")});
  return result.empty() ? other_differences(model, family) : result;
}

/// Whether the family has a table for which we have no numbers.
bool lacks_segments(const Model& model, const Family& family) {
  return family.segments > 0 && find_view(model, "embedding.segment") == nullptr;
}

}  // namespace

std::string exported_name(const Model& model, const Family& family, const std::string& ours) {
  return model.task == nullptr ? their_name(family, ours) : name_in_classifier(family, ours);
}

Counterpart find_counterpart(const Model& model) {
  std::vector<Counterpart> all;
  for (const Family& family : all_families()) all.push_back({family, differences(model, family)});
  const auto cost = [&](const Counterpart& one) {
    return std::pair(one.differences.size(), model.input.vocab_size > 0 && lacks_segments(model, one.family));
  };
  return *std::min_element(all.begin(), all.end(),
                           [&](const Counterpart& a, const Counterpart& b) { return cost(a) < cost(b); });
}

}  // namespace orochi
