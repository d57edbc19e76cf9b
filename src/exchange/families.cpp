#include "exchange/families.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr std::array<TensorName, 8> bert_blocks{{{"attention.query", "attention.self.query"},
                                                 {"attention.key", "attention.self.key"},
                                                 {"attention.value", "attention.self.value"},
                                                 {"attention.output", "attention.output.dense"},
                                                 {"norm1", "attention.output.LayerNorm"},
                                                 {"feed_forward.linear1", "intermediate.dense"},
                                                 {"feed_forward.linear2", "output.dense"},
                                                 {"norm2", "output.LayerNorm"}}};
constexpr std::array<TensorName, 6> bert_others{
    {{"embedding.weight", "embeddings.word_embeddings.weight"},
     {"embedding.segment", "embeddings.token_type_embeddings.weight"},
     {"positions.weight", "embeddings.position_embeddings.weight"},
     {"embedding_norm", "embeddings.LayerNorm"},
     {"embedding_projection", "embeddings_project"},
     {"pooling", "pooler.dense"}}};

constexpr std::array<TensorName, 8> distilbert_blocks{{{"attention.query", "attention.q_lin"},
                                                       {"attention.key", "attention.k_lin"},
                                                       {"attention.value", "attention.v_lin"},
                                                       {"attention.output", "attention.out_lin"},
                                                       {"norm1", "sa_layer_norm"},
                                                       {"feed_forward.linear1", "ffn.lin1"},
                                                       {"feed_forward.linear2", "ffn.lin2"},
                                                       {"norm2", "output_layer_norm"}}};

std::map<std::string, const char*> bert_sizes() {
  return {{"d_model", "hidden_size"},
          {"num_layers", "num_hidden_layers"},
          {"num_heads", "num_attention_heads"},
          {"dim_feedforward", "intermediate_size"},
          {"activation", "hidden_act"},
          {"dropout", "hidden_dropout_prob"},
          {"attention_dropout", "attention_probs_dropout_prob"},
          {"layer_norm_eps", "layer_norm_eps"},
          {"embedding_dim", "embedding_size"}};
}

std::vector<Family> families() {
  Family bert{"bert", {"", "bert."}, "encoder.layer.", bert_blocks, bert_others, bert_sizes(), "wordpiece"};
  bert.classifier = "BertForSequenceClassification";
  Family electra = bert;
  electra.type = "electra";
  electra.prefixes = {"", "electra."};
  electra.classifier = "ElectraForSequenceClassification";
  Family roberta = bert;
  roberta.type = "roberta";
  roberta.prefixes = {"", "roberta."};
  roberta.tokenizer = "bpe";
  roberta.skips_positions = true;
  roberta.classifier = "RobertaForSequenceClassification";
  Family distilbert{"distilbert",
                    {"", "distilbert."},
                    "transformer.layer.",
                    distilbert_blocks,
                    bert_others,
                    {{"d_model", "dim"},
                     {"num_layers", "n_layers"},
                     {"num_heads", "n_heads"},
                     {"dim_feedforward", "hidden_dim"},
                     {"activation", "activation"},
                     {"dropout", "dropout"},
                     {"attention_dropout", "attention_dropout"}},
                    "wordpiece"};
  distilbert.classifier = "DistilBertForSequenceClassification";
  return {bert, distilbert, roberta, electra};
}

}  // namespace

Family find_family(const nlohmann::json& config, const std::string& path) {
  const std::string type = config.value("model_type", "");
  std::string names;
  for (const Family& family : families()) {
    if (family.type == type) return family;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", family.type);
  }
  throw usage_error(fmt::format("{}: model_type is {}; expected one of {}", path, quote(type), names));
}

std::string their_name(const Family& family, const std::string& ours) {
  const auto look = [](std::span<const TensorName> table, const std::string& name) -> std::string {
    for (const auto& [own, theirs] : table) {
      if (name == own) return theirs;
      if (name.starts_with(std::string(own) + ".")) return theirs + name.substr(std::string(own).size());
    }
    return "";
  };
  const std::string block = "encoder.";
  if (!ours.starts_with(block)) return look(family.others, ours);
  const std::size_t dot = ours.find('.', block.size());
  const std::string inside = look(family.blocks, ours.substr(dot + 1));
  return inside.empty() ? "" : family.block + ours.substr(block.size(), dot + 1 - block.size()) + inside;
}

std::string activation_of(const std::string& theirs) {
  constexpr std::array<std::pair<const char*, const char*>, 8> table{{{"gelu", "gelu"},
                                                                      {"gelu_new", "gelu_tanh"},
                                                                      {"gelu_pytorch_tanh", "gelu_tanh"},
                                                                      {"gelu_fast", "gelu_tanh"},
                                                                      {"relu", "relu"},
                                                                      {"silu", "silu"},
                                                                      {"swish", "silu"},
                                                                      {"tanh", "tanh"}}};
  for (const auto& [name, ours] : table)
    if (theirs == name) return ours;
  return "";
}

}  // namespace orochi
