#include "io/suggest.hpp"

#include <algorithm>
#include <span>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

/// A word of ours, and the words of others that mean it, with blanks between.
struct Answer {
  std::string_view text, words;
};

constexpr Answer familiar_keys[] = {
    {"num_heads", "n_head n_heads nhead heads num_attention_heads"},
    {"d_model", "hidden_size hidden_dim n_embd embed_dim embedding_dim dim width"},
    {"num_layers", "num_hidden_layers num_encoder_layers n_layer n_layers nlayers layers depth"},
    {"block", "blocks"},
    {"dim_feedforward", "d_ff ffn_dim ff_dim mlp_dim intermediate_size dim_feed_forward"},
    {"head_dim", "d_head dim_head kdim"},
    {"dropout", "dropout_prob dropout_rate hidden_dropout_prob p_drop"},
    {"attention_dropout", "attention_probs_dropout_prob attn_dropout"},
    {"norm_first", "pre_norm prenorm"},
    {"causal", "is_causal"},
    {"window", "sliding_window attention_window window_size"},
    {"layer_norm_eps", "eps norm_eps"},
    {"activation", "act hidden_act nonlinearity"},
    {"positions", "position_embedding_type positional_encoding"},
    {"pooling", "pooler"},
    {"learning_rate", "lr"},
    {"final_learning_rate", "min_lr min_learning_rate end_lr"},
    {"optimizer", "optim"},
    {"beta1", "adam_beta1 betas"},
    {"beta2", "adam_beta2"},
    {"epsilon", "adam_epsilon"},
    {"weight_decay", "wd l2"},
    {"schedule", "scheduler lr_scheduler lr_scheduler_type"},
    {"warmup_steps", "warmup num_warmup_steps warmup_iters"},
    {"warmup_ratio", "warmup_fraction warmup_proportion pct_start"},
    {"layer_decay", "layerwise_lr_decay layer_lr_decay llrd layerwise_lr_decay_rate lr_layer_decay"},
    {"head_learning_rate", "head_lr classifier_lr classifier_learning_rate"},
    {"freeze", "frozen freeze_layers frozen_layers freeze_params"},
    {"max_steps", "max_iters num_train_steps"},
    {"max_grad_norm", "clip clip_norm grad_clip gradient_clip_val"},
    {"batch_size", "bs per_device_train_batch_size train_batch_size"},
    {"gradient_accumulation_steps", "accumulate_grad_batches grad_accum accum_iter"},
    {"epochs", "num_epochs num_train_epochs max_epochs n_epochs"},
    {"patience", "early_stopping early_stopping_patience"},
    {"monitor", "metric_for_best_model"},
    {"label_smoothing", "label_smoothing_factor smoothing"},
    {"class_weights", "class_weight"},
    {"checkpoint_every_steps", "save_steps"},
    {"seed", "random_seed random_state manual_seed"},
    {"shards", "num_shards"},
    {"kernels", "engine backend"},
    {"precision", "fp16 bf16 dtype"},
    {"on_nonfinite", "skip_nan"},
    {"max_length", "max_len max_seq_length seq_len block_size max_position_embeddings"},
    {"long", "stride sliding_window return_overflowing_tokens"},
    {"vocab_size", "n_vocab max_vocab max_tokens"},
    {"min_count", "min_freq min_frequency"},
    {"lowercase", "do_lower_case lower"},
    {"train", "train_file train_path"},
    {"validation", "valid val dev validation_file"},
    {"validation_fraction", "val_split validation_split"},
    {"test", "test_file"},
    {"text_columns", "text_key text_column"},
    {"delimiter", "sep separator"},
    {"label_column", "label_key"},
    {"normalize", "standardize"},
    {"encoding", "charset file_encoding"},
    {"truncation", "truncate truncation_side"},
};

constexpr Answer familiar_sections[] = {
    {"data", "dataset datasets input"},     {"model", "encoder network transformer"},
    {"train", "training trainer"},          {"layer", "layers"},
    {"train.optimizer", "optimizer optim"}, {"train.schedule", "schedule scheduler lr_scheduler"},
    {"data.tokenizer", "tokenizer"},        {"data.format", "format reader"},
};

/// Of values, where such a one is allowed.
constexpr Answer familiar_words[] = {
    {"mean", "avg average mean_pooling global_average"},
    {"max", "maximum max_pooling global_max"},
    {"cls", "cls_token class_token bos"},
    {"silu", "swish"},
    {"gelu_tanh", "gelu_new gelu_pytorch_tanh gelu_fast gelu_approximate quick_gelu"},
    {"layer_norm", "layernorm ln"},
    {"rms_norm", "rmsnorm"},
    {"rotary", "rope"},
    {"sinusoidal", "sine sin sincos fixed"},
    {"learned", "absolute learnable trainable embedding"},
    {"encoder_layer", "transformer transformer_encoder_layer transformer_layer"},
    {"cosine", "cosine_annealing cosine_with_warmup cosineannealinglr"},
    {"bf16", "bfloat16 half fp16 float16 mixed"},
    {"fp32", "float32 float single full"},
    {"classification", "classify classifier multiclass multi_class softmax single_label"},
    {"multi_label", "multilabel multi_label_classification tagging"},
    {"token_labels", "token_classification ner sequence_tagging sequence_labeling pos"},
    {"regression", "regress mse continuous"},
    {"masked_tokens", "mlm masked_lm"},
    {"tsv", "txt"},
    {"word", "words whitespace"},
    {"char", "chars character characters letters"},
    {"bpe", "byte_pair byte_pairs"},
    {"unigram", "sentencepiece spm"},
    {"latin-1", "latin1 iso-8859-1 iso8859-1"},
    {"cp1252", "windows-1252 ansi"},
    {"utf-8", "utf8"},
    {"windows", "sliding_window sliding chunks"},
    {"zero", "zeros fill_zero"},
    {"interpolate", "linear_interpolation interpolation"},
    {"jsonl", "ndjson json_lines"},
    {"hdf5", "h5 hdf"},
};

constexpr Answer remarks[] = {
    {"sequences are packed row after row, without padding; remove it",
     "pad padding pad_token pad_token_id padding_idx pad_to_max_length"},
    {"threads are chosen on the command line: --threads N", "threads num_threads num_workers n_jobs"},
    {"the run folder is chosen on the command line: --run DIR", "output_dir out_dir run_dir save_dir"},
    {"training runs on the CPU; remove it", "device gpu gpus cuda"},
    {"it belongs in [task]", "label_smoothing class_weights"},
    {"the classes are read from the training data; remove it", "num_classes num_labels n_classes labels"},
};

bool means(const Answer& answer, std::string_view word) {
  std::istringstream words{std::string(answer.words)};
  for (std::string known; words >> known;)
    if (edit_distance(known, word) == 0) return true;
  return false;
}

std::string look_up(std::span<const Answer> answers, std::string_view word) {
  for (const Answer& answer : answers)
    if (means(answer, word)) return std::string(answer.text);
  return {};
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

/// Within a third of the longer word's length; words that begin otherwise are seldom meant: within a fourth.
bool is_near(std::string_view word, std::string_view candidate, std::size_t distance) {
  if (word.empty() || candidate.empty()) return false;
  const bool same_start = folded(word.front()) == folded(candidate.front());
  return (same_start ? 3 : 4) * distance <= std::max(word.size(), candidate.size());
}

/// The shortest candidate of which the word is a whole part between underscores: batch of batch_size.
std::string with_part(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t least = 4;
  std::string best;
  if (word.size() < least) return best;
  for (const std::string& candidate : candidates) {
    std::string_view rest = candidate;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of("_-"), rest.size());
      if (edit_distance(word, rest.substr(0, end)) == 0 && (best.empty() || candidate.size() < best.size()))
        best = candidate;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return best;
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
    if (!is_near(word, candidate, distance)) continue;
    if (best.empty() || distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best.empty() ? with_part(word, candidates) : best;
}

std::string meant_word(std::string_view word, const std::vector<std::string>& candidates) {
  for (const Answer& answer : familiar_words)
    if (means(answer, word) && std::ranges::find(candidates, answer.text) != candidates.end())
      return std::string(answer.text);
  return nearest(word, candidates);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = meant_word(word, candidates);
  return meant.empty() ? "" : "; did you mean \"" + meant + "\"?";
}

void refuse_name(const std::string& kind, const std::string& name, const std::vector<std::string>& names) {
  const std::string meant = did_you_mean(name, names);
  throw usage_error(
      fmt::format("there is no {} \"{}\"{}", kind, name,
                  meant.empty() ? fmt::format("; there are {}", fmt::join(names, ", ")) : meant));
}

std::string familiar_key(std::string_view word) { return look_up(familiar_keys, word); }
std::string familiar_section(std::string_view word) { return look_up(familiar_sections, word); }
std::string remark_on(std::string_view word) { return look_up(remarks, word); }

}  // namespace orochi
