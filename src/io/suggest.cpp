#include "io/suggest.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace orochi {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair familiar_keys[] = {
    {"n_head", "num_heads"},
    {"n_heads", "num_heads"},
    {"nhead", "num_heads"},
    {"heads", "num_heads"},
    {"num_attention_heads", "num_heads"},
    {"hidden_size", "d_model"},
    {"hidden_dim", "d_model"},
    {"n_embd", "d_model"},
    {"embed_dim", "d_model"},
    {"embedding_dim", "d_model"},
    {"dim", "d_model"},
    {"width", "d_model"},
    {"num_hidden_layers", "num_layers"},
    {"num_encoder_layers", "num_layers"},
    {"n_layer", "num_layers"},
    {"n_layers", "num_layers"},
    {"nlayers", "num_layers"},
    {"layers", "num_layers"},
    {"depth", "num_layers"},
    {"blocks", "block"},
    {"d_ff", "dim_feedforward"},
    {"ffn_dim", "dim_feedforward"},
    {"ff_dim", "dim_feedforward"},
    {"mlp_dim", "dim_feedforward"},
    {"intermediate_size", "dim_feedforward"},
    {"dim_feed_forward", "dim_feedforward"},
    {"d_head", "head_dim"},
    {"dim_head", "head_dim"},
    {"kdim", "head_dim"},
    {"dropout_prob", "dropout"},
    {"dropout_rate", "dropout"},
    {"hidden_dropout_prob", "dropout"},
    {"p_drop", "dropout"},
    {"attention_probs_dropout_prob", "attention_dropout"},
    {"attn_dropout", "attention_dropout"},
    {"pre_norm", "norm_first"},
    {"prenorm", "norm_first"},
    {"is_causal", "causal"},
    {"sliding_window", "window"},
    {"attention_window", "window"},
    {"window_size", "window"},
    {"eps", "layer_norm_eps"},
    {"norm_eps", "layer_norm_eps"},
    {"act", "activation"},
    {"hidden_act", "activation"},
    {"nonlinearity", "activation"},
    {"position_embedding_type", "positions"},
    {"positional_encoding", "positions"},
    {"pooler", "pooling"},
    {"lr", "learning_rate"},
    {"min_lr", "final_learning_rate"},
    {"min_learning_rate", "final_learning_rate"},
    {"end_lr", "final_learning_rate"},
    {"optim", "optimizer"},
    {"adam_beta1", "beta1"},
    {"adam_beta2", "beta2"},
    {"betas", "beta1"},
    {"adam_epsilon", "epsilon"},
    {"wd", "weight_decay"},
    {"l2", "weight_decay"},
    {"scheduler", "schedule"},
    {"lr_scheduler", "schedule"},
    {"lr_scheduler_type", "schedule"},
    {"warmup", "warmup_steps"},
    {"num_warmup_steps", "warmup_steps"},
    {"warmup_iters", "warmup_steps"},
    {"max_iters", "max_steps"},
    {"num_train_steps", "max_steps"},
    {"clip", "max_grad_norm"},
    {"clip_norm", "max_grad_norm"},
    {"grad_clip", "max_grad_norm"},
    {"gradient_clip_val", "max_grad_norm"},
    {"bs", "batch_size"},
    {"per_device_train_batch_size", "batch_size"},
    {"train_batch_size", "batch_size"},
    {"accumulate_grad_batches", "gradient_accumulation_steps"},
    {"grad_accum", "gradient_accumulation_steps"},
    {"accum_iter", "gradient_accumulation_steps"},
    {"num_epochs", "epochs"},
    {"num_train_epochs", "epochs"},
    {"max_epochs", "epochs"},
    {"n_epochs", "epochs"},
    {"early_stopping", "patience"},
    {"early_stopping_patience", "patience"},
    {"metric_for_best_model", "monitor"},
    {"label_smoothing_factor", "label_smoothing"},
    {"smoothing", "label_smoothing"},
    {"class_weight", "class_weights"},
    {"save_steps", "checkpoint_every_steps"},
    {"random_seed", "seed"},
    {"random_state", "seed"},
    {"manual_seed", "seed"},
    {"num_shards", "shards"},
    {"engine", "kernels"},
    {"backend", "kernels"},
    {"fp16", "precision"},
    {"bf16", "precision"},
    {"dtype", "precision"},
    {"skip_nan", "on_nonfinite"},
    {"max_len", "max_length"},
    {"max_seq_length", "max_length"},
    {"seq_len", "max_length"},
    {"block_size", "max_length"},
    {"max_position_embeddings", "max_length"},
    {"n_vocab", "vocab_size"},
    {"max_vocab", "vocab_size"},
    {"max_tokens", "vocab_size"},
    {"min_freq", "min_count"},
    {"min_frequency", "min_count"},
    {"do_lower_case", "lowercase"},
    {"lower", "lowercase"},
    {"train_file", "train"},
    {"train_path", "train"},
    {"valid", "validation"},
    {"val", "validation"},
    {"dev", "validation"},
    {"validation_file", "validation"},
    {"val_split", "validation_fraction"},
    {"validation_split", "validation_fraction"},
    {"test_file", "test"},
    {"text_key", "text_columns"},
    {"text_column", "text_columns"},
    {"sep", "delimiter"},
    {"separator", "delimiter"},
    {"label_key", "label_column"},
    {"standardize", "normalize"},
};

constexpr Pair familiar_sections[] = {
    {"dataset", "data"},
    {"datasets", "data"},
    {"input", "data"},
    {"encoder", "model"},
    {"network", "model"},
    {"transformer", "model"},
    {"training", "train"},
    {"trainer", "train"},
    {"layers", "layer"},
    {"optimizer", "train.optimizer"},
    {"optim", "train.optimizer"},
    {"schedule", "train.schedule"},
    {"scheduler", "train.schedule"},
    {"lr_scheduler", "train.schedule"},
    {"tokenizer", "data.tokenizer"},
    {"format", "data.format"},
    {"reader", "data.format"},
};

constexpr std::string_view no_padding = "sequences are packed row after row, without padding; remove it";
constexpr std::string_view on_command_line = "threads are chosen on the command line: --threads N";
constexpr std::string_view run_folder = "the run folder is chosen on the command line: --run DIR";
constexpr std::string_view no_device = "training runs on the CPU; remove it";
constexpr std::string_view of_task = "it belongs in [task]";
constexpr std::string_view from_data = "the classes are read from the training data; remove it";

constexpr Pair remarks[] = {
    {"pad", no_padding},
    {"padding", no_padding},
    {"pad_token", no_padding},
    {"pad_token_id", no_padding},
    {"padding_idx", no_padding},
    {"pad_to_max_length", no_padding},
    {"threads", on_command_line},
    {"num_threads", on_command_line},
    {"num_workers", on_command_line},
    {"n_jobs", on_command_line},
    {"output_dir", run_folder},
    {"out_dir", run_folder},
    {"run_dir", run_folder},
    {"save_dir", run_folder},
    {"device", no_device},
    {"gpu", no_device},
    {"gpus", no_device},
    {"cuda", no_device},
    {"label_smoothing", of_task},
    {"class_weights", of_task},
    {"num_classes", from_data},
    {"num_labels", from_data},
    {"n_classes", from_data},
    {"labels", from_data},
};

std::string look_up(std::span<const Pair> table, std::string_view word) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [word](const Pair& pair) { return edit_distance(pair.first, word) == 0; });
  return found == table.end() ? std::string() : std::string(found->second);
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> distance(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        distance[i][j] = i + j;
        continue;
      }
      const std::size_t cost = folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1;
      std::size_t best = std::min(distance[i - 1][j] + 1, distance[i][j - 1] + 1);
      best = std::min(best, distance[i - 1][j - 1] + cost);
      const bool swapped =
          i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) best = std::min(best, distance[i - 2][j - 2] + 1);
      distance[i][j] = best;
    }
  }
  return distance[a.size()][b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t least = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (3 * distance > std::max(word.size(), candidate.size())) continue;
    if (best.empty() || distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

std::string familiar_key(std::string_view word) { return look_up(familiar_keys, word); }
std::string familiar_section(std::string_view word) { return look_up(familiar_sections, word); }
std::string remark_on(std::string_view word) { return look_up(remarks, word); }

}  // namespace orochi
