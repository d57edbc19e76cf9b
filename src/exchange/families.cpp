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
constexpr std::array<TensorName, 5> bert_others{
    {{"embedding.weight", "embeddings.word_embeddings.weight"},
     {"embedding.segment", "embeddings.token_type_embeddings.weight"},
     {"positions.weight", "embeddings.position_embeddings.weight"},
     {"embedding_norm", "embeddings.LayerNorm"},
     {"pooling", "pooler.dense"}}};
constexpr std::array<TensorName, 5> electra_others{{bert_others[0],
                                                    bert_others[1],
                                                    bert_others[2],
                                                    bert_others[3],
                                                    {"embedding_projection", "embeddings_project"}}};
constexpr std::array<TensorName, 3> distilbert_others{{bert_others[0], bert_others[2], bert_others[3]}};

constexpr std::array<TensorName, 2> bert_head{{{"pooling", "bert.pooler.dense"}, {"head", "classifier"}}};
constexpr std::array<TensorName, 2> distilbert_head{{{"pooling", "pre_classifier"}, {"head", "classifier"}}};
constexpr std::array<TensorName, 2> dense_head{
    {{"pooling", "classifier.dense"}, {"head", "classifier.out_proj"}}};

constexpr std::array<TensorName, 3> all_pooling_modes{{{"first", "pooling_mode_cls_token"},
                                                       {"mean", "pooling_mode_mean_tokens"},
                                                       {"max", "pooling_mode_max_tokens"}}};

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
          {"layer_norm_eps", "layer_norm_eps"}};
}

/// What a table says of a parameter, or of the layer that it is of; "" where it says nothing.
std::string look(std::span<const TensorName> table, const std::string& name) {
  for (const auto& [own, theirs] : table) {
    if (name == own) return theirs;
    if (name.starts_with(std::string(own) + ".")) return theirs + name.substr(std::string(own).size());
  }
  return "";
}

constexpr std::array<std::pair<const char*, const char*>, 8> activations{{{"gelu", "gelu"},
                                                                          {"gelu_new", "gelu_tanh"},
                                                                          {"gelu_pytorch_tanh", "gelu_tanh"},
                                                                          {"gelu_fast", "gelu_tanh"},
                                                                          {"relu", "relu"},
                                                                          {"silu", "silu"},
                                                                          {"swish", "silu"},
                                                                          {"tanh", "tanh"}}};

constexpr std::array<SpecialToken, 5> bert_tokens{{{"unk_token", "[UNK]"},
                                                   {"cls_token", "[CLS]"},
                                                   {"sep_token", "[SEP]"},
                                                   {"pad_token", "[PAD]"},
                                                   {"mask_token", "[MASK]"}}};
constexpr std::array<SpecialToken, 7> roberta_tokens{{{"bos_token", "<s>"},
                                                      {"cls_token", "<s>"},
                                                      {"eos_token", "</s>"},
                                                      {"sep_token", "</s>"},
                                                      {"unk_token", "<unk>"},
                                                      {"pad_token", "<pad>"},
                                                      {"mask_token", "<mask>"}}};

}  // namespace

std::vector<Family> all_families() {
  Family bert{"bert",      {"", "bert."}, "encoder.layer.", bert_blocks,
              bert_others, bert_sizes(),  "wordpiece",      bert_tokens};
  bert.encoder = "BertModel";
  bert.classifier = "BertForSequenceClassification";
  bert.head = bert_head;
  Family electra = bert;
  electra.type = "electra";
  electra.prefixes = {"", "electra."};
  electra.others = electra_others;
  electra.sizes["embedding_dim"] = "embedding_size";
  electra.encoder = "ElectraModel";
  electra.classifier = "ElectraForSequenceClassification";
  electra.pooler = "gelu";
  electra.head = dense_head;
  Family roberta = bert;
  roberta.type = "roberta";
  roberta.prefixes = {"", "roberta."};
  roberta.tokenizer = "bpe";
  roberta.tokens = roberta_tokens;
  roberta.skips_positions = true;
  roberta.segments = 1;
  roberta.encoder = "RobertaModel";
  roberta.classifier = "RobertaForSequenceClassification";
  roberta.head = dense_head;
  Family distilbert{"distilbert",
                    {"", "distilbert."},
                    "transformer.layer.",
                    distilbert_blocks,
                    distilbert_others,
                    {{"d_model", "dim"},
                     {"num_layers", "n_layers"},
                     {"num_heads", "n_heads"},
                     {"dim_feedforward", "hidden_dim"},
                     {"activation", "activation"},
                     {"dropout", "dropout"},
                     {"attention_dropout", "attention_dropout"}},
                    "wordpiece",
                    bert_tokens};
  distilbert.segments = 0;
  distilbert.encoder = "DistilBertModel";
  distilbert.classifier = "DistilBertForSequenceClassification";
  distilbert.pooler = "relu";
  distilbert.head = distilbert_head;
  return {bert, distilbert, roberta, electra};
}

Family find_family(const nlohmann::json& config, const std::string& path) {
  const nlohmann::json said = config.value("model_type", nlohmann::json());
  const std::string type = said.is_string() ? said.get<std::string>() : "";
  std::string names;
  for (const Family& family : all_families()) {
    if (family.type == type) return family;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", family.type);
  }
  throw usage_error(fmt::format("{}: model_type is {}; expected one of {}", path, quote(type), names));
}

std::string their_name(const Family& family, const std::string& ours) {
  const std::string block = "encoder.";
  if (!ours.starts_with(block)) return look(family.others, ours);
  const std::size_t dot = ours.find('.', block.size());
  const std::string inside = look(family.blocks, ours.substr(dot + 1));
  return inside.empty() ? "" : family.block + ours.substr(block.size(), dot + 1 - block.size()) + inside;
}

std::string name_in_classifier(const Family& family, const std::string& ours) {
  if (const std::string of_head = look(family.head, ours); !of_head.empty()) return of_head;
  const std::string name = their_name(family, ours);
  return name.empty() ? "" : family.prefixes.back() + name;
}

std::string activation_of(const std::string& theirs) {
  for (const auto& [name, ours] : activations)
    if (theirs == name) return ours;
  return "";
}

std::string their_activation(const std::string& ours) {
  for (const auto& [name, own] : activations)
    if (ours == own) return name;
  return "";
}

std::string problem_type(const std::string& task) {
  constexpr std::array<std::pair<const char*, const char*>, 3> table{
      {{"classification", "single_label_classification"},
       {"multi_label", "multi_label_classification"},
       {"regression", "regression"}}};
  for (const auto& [ours, theirs] : table)
    if (task == ours) return theirs;
  return "";
}

std::span<const TensorName> pooling_modes() { return all_pooling_modes; }

}  // namespace orochi
