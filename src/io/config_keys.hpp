// The one table of keys: name, field, what is allowed and what for. Reading, writing, comparing and the
// documentation all walk it, so a new key is one line here, a field in config.hpp and a test in
// tests/run/test_keys_*.cpp.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <orochi/config.hpp>

#include "core/choices.hpp"

namespace orochi {

/// What a key's value may be. `text` says it to people; the rest is for the check of that type.
struct Allowed {
  std::string type;                     // as in ConfigKey
  std::string text;                     // "an integer, 1 or more"
  double low = 0, high = 0;             // integers and numbers
  bool above = false;                   // not including `low`
  bool below = false;                   // not including `high`
  std::vector<std::string> words = {};  // strings: one of these; empty: any
  std::string role = {};                // strings: a registered component of this kind, or one of `words`
  bool filled = false;                  // strings: not ""
  bool is_metric = false;               // strings: the loss, or a metric of the task

  Allowed element() const;  // of a list
};

constexpr double unlimited = std::numeric_limits<double>::infinity();
constexpr double largest_integer = 2147483647;  // so that products of a few of them stay in 64 bits

enum class Without { none, low, high };  // the end of a range that is not allowed itself

Allowed allow_integer(double low, double high = largest_integer);
Allowed allow_number(double low, double high = unlimited, Without end = Without::none);
Allowed allow_flag();
Allowed allow_metric();
Allowed allow_words(std::vector<std::string> words);
Allowed allow_text();
Allowed allow_texts();
Allowed allow_paths();
Allowed allow_layer(std::string role);
Allowed allow_component(std::string kind);
Allowed allow_blocks(std::string role);
/// What a component says of its option.
Allowed allowed_by(const Option& option);

struct Key {
  std::string section, name;
  Allowed allowed;
  std::string doc;
  bool of_block = false;  // of [model]: a block's table may say it otherwise

  std::string full_name() const { return section.empty() ? name : section + "." + name; }
};

/// key(name, field, allowed, doc) visits a key of the section.
template <class Visitor>
auto section_keys(const char* section, Visitor& visit, bool of_block = false) {
  return [=, &visit](const char* name, auto& field, Allowed allowed, const char* doc) {
    visit(Key{section, name, std::move(allowed), doc, of_block}, field);
  };
}

/// Calls visit(key, field) for each key of the section.
template <class Data, class Visitor>
void visit_data(Data& c, Visitor&& visit) {
  const auto key = section_keys("data", visit);
  key("format", c.format, allow_component("reader"),
      "how the files are written: text as label, tab, text (tsv) or with a header line (csv); numeric rows "
      "as HDF5 or UCR/UEA .ts");
  key("train", c.train, allow_paths(),
      "training file, or several that are read as one, relative to the config file; \"-\": standard input; "
      "required");
  key("validation", c.validation, allow_text(), "validation file; empty: a fraction of the training file");
  key("test", c.test, allow_text(), "test file; empty: no final evaluation");
  key("validation_fraction", c.validation_fraction, allow_number(0, 1, Without::high),
      "share of the training file, stratified by label, when validation is empty; 0: no validation");
  key("split_seed", c.split_seed, allow_integer(0, 4294967295),
      "draws that share, so that runs of several train.seed have one split; 0: train.seed");
  key("fold", c.fold, allow_integer(0, 1000),
      "cross-validation: the number, from 1, of the part of the training file that is held out as the test "
      "data; 0: none");
  key("folds", c.folds, allow_integer(2, 1000),
      "into how many such parts the file is divided, stratified by label, groups whole, drawn by split_seed");
  key("encoding", c.encoding, allow_words(encoding_choice.list()),
      "how the bytes of text files are characters, those that evaluate reads, too; HDF5 ignores it");
  key("tokenizer", c.tokenizer, allow_component("tokenizer"), "text: what a token is");
  key("word_vectors", c.word_vectors, allow_text(),
      "text: file of vectors that the embeddings of its words start as, relative to the config file: "
      "fastText's .vec, GloVe's text, or a checkpoint, whose embeddings they are; empty: as drawn");
  key("text_features", c.text_features, allow_integer(0, 1 << 24),
      "text: a linear model beside the encoder, of words, their pairs and runs of 1 to 5 characters, hashed "
      "to so many buckets; fitted before training, its outputs are added in every answer; 0: none");
  key("text_places", c.text_places, allow_flag(),
      "the linear model of texts looks at runs of 1 to 3 characters, each at its place, in place of n-grams "
      "anywhere: for texts of one length in which a place has a meaning");
  key("series_features", c.series_features, allow_integer(0, 1 << 20),
      "numeric: a linear model beside the encoder, of about so many features of series (MiniRocket); fitted "
      "before training, its outputs are added in every answer; 0: none");
  key("special_tokens", c.special_tokens, allow_flag(),
      "text: the tokenizer's own tokens around a sequence, such as BERT's [CLS] before and [SEP] behind it; "
      "they count in max_length");
  key("max_length", c.max_length, allow_integer(1),
      "rows a sequence may have; longer ones are cut or, with long, windows, and counted");
  key("long", c.long_sequences, allow_words(long_choice.list()),
      "what becomes of a longer sequence: it is cut, or read as windows of about equal length whose outputs "
      "are averaged; train.batch_size counts windows, each of n windows weighs 1 / n");
  key("truncation", c.truncation, allow_words(truncation_choice.list()),
      "what is kept of a longer sequence: its first rows (head), its last rows (tail), or the first and last "
      "halves with the middle left out (middle)");
  key("normalize", c.normalize, allow_flag(),
      "numeric: each channel to mean 0 and std 1, by the training set's figures");
  key("missing", c.missing, allow_words(missing_choice.list()),
      "numeric: what a missing value (? or NaN) becomes: an error, by the line between its neighbours in "
      "time, the channel's mean over the training set, or 0, each before normalization");
  key("missing_indicator", c.missing_indicator, allow_flag(),
      "numeric: one channel more, 1 where a row missed a value, else 0");
  key("storage", c.storage, allow_words(storage_choice.list()),
      "where the data is while it is used: in memory, or, where it is larger, in temporary files in $TMPDIR "
      "or /var/tmp (disk); an epoch then goes through it by blocks of neighbours");
}

template <class Model, class Visitor>
void visit_model(Model& c, Visitor&& visit) {
  const auto key = section_keys("model", visit), of_block = section_keys("model", visit, true);
  key("init_from", c.init_from, allow_text(),
      "checkpoint whose encoder, vocabulary and keys of [model] the model takes, relative to the config "
      "file; its head is new; empty: fresh weights");
  key("members", c.members, allow_integer(1, 64),
      "networks side by side, each with parameters of its own, whose outputs are averaged; `train --seeds` "
      "makes such models of several runs");
  key("d_model", c.d_model, allow_integer(1), "width of every row between the layers");
  key("embedding_dim", c.embedding_dim, allow_integer(0),
      "width of embeddings and positions, which a linear layer then takes to d_model; 0: d_model, without "
      "one");
  key("embedding_norm", c.embedding_norm, allow_flag(),
      "a norm behind embeddings and positions, as BERT has it");
  key("num_layers", c.num_layers, allow_integer(1, 10000), "encoder layers");
  of_block("num_heads", c.num_heads, allow_integer(1), "attention heads side by side");
  of_block("head_dim", c.head_dim, allow_integer(0), "width of one head; 0: d_model / num_heads");
  of_block("dim_feedforward", c.dim_feedforward, allow_integer(0),
           "width inside the feed-forward; 0: 4 x d_model");
  of_block("dropout", c.dropout, allow_number(0, 1, Without::high),
           "on embeddings, inside the feed-forward and on what each sub-layer adds");
  of_block("attention_dropout", c.attention_dropout, allow_number(0, 1, Without::high),
           "on the attention weights");
  of_block("norm_first", c.norm_first, allow_flag(),
           "norm before each sub-layer: trains without warm-up tricks (PyTorch's default is false)");
  of_block("causal", c.causal, allow_flag(), "a row sees only itself and earlier rows");
  of_block("window", c.window, allow_integer(0),
           "a row sees only rows at most so many positions away, in either direction; 0: all");
  // neither 0 nor infinite as a float, nor are sums and quotients of a few
  of_block("layer_norm_eps", c.layer_norm_eps, allow_number(1e-30, 1e30), "added to the variance");
  of_block("norm", c.norm, allow_layer("rows"), "puts each row on one scale: layer_norm, rms_norm");
  of_block("activation", c.activation, allow_layer("rows"),
           "inside the feed-forward: relu, gelu (with erf), gelu_tanh, silu, tanh");
  key("positions", c.positions, allow_layer("rows"),
      "what tells a row its position: learned, sinusoidal, or, inside of attention, rotary, alibi; none");
  key("pooling", c.pooling, allow_layer("pooling"),
      "how rows become one: cls, first, pooler, mean, max, attention");
  of_block("attention", c.attention, allow_layer("rows"), "the layer that mixes rows");
  of_block("feed_forward", c.feed_forward, allow_layer("rows"), "the layer that works on each row");
  key("block", c.block, allow_blocks("rows"),
      "in place of num_layers x \"encoder_layer\": names, or tables [[model.block]]");
}

/// Keys of [model] that a block's table may have, too.
std::vector<std::string> keys_of_blocks();
/// What [model] is for one block: of `options` the keys that are `of_block` count. One of another type is a
/// usage_error.
ModelConfig block_model(ModelConfig model, const Options& options);

template <class Train, class Visitor>
void visit_train(Train& c, Visitor&& visit) {
  const auto key = section_keys("train", visit);
  key("from", c.from, allow_text(),
      "checkpoint to start from, relative to the config file: weights, vocabulary and labels are its own, "
      "and so must [model] be; empty: fresh weights");
  key("seed", c.seed, allow_integer(0, 4294967295), "initial weights, order, dropout, split: all randomness");
  key("epochs", c.epochs, allow_integer(1), "passes over the training set");
  key("max_steps", c.max_steps, allow_integer(0), "stop after so many updates; 0: no limit");
  key("batch_size", c.batch_size, allow_integer(1), "sequences a step and micro-batch");
  key("gradient_accumulation_steps", c.gradient_accumulation_steps, allow_integer(1),
      "micro-batches an update");
  key("shards", c.shards, allow_integer(1, 1024),
      "shards of a batch; fixes the order of summation, and is the most threads that help");
  key("chunk_rows", c.chunk_rows, allow_integer(1),
      "rows of a shard that go forward and backward together: what they leave should fit the cache");
  key("gradient_memory_mb", c.gradient_memory_mb, allow_integer(1),
      "bound on the shards' gradients: where they would take more, there are fewer shards");
  key("optimizer", c.optimizer, allow_component("optimizer"), "the update rule");
  key("learning_rate", c.learning_rate, allow_number(0, unlimited, Without::low), "peak, after warm-up");
  key("head_learning_rate", c.head_learning_rate, allow_number(0),
      "peak of pooling and head, by the same schedule; 0: learning_rate");
  key("layer_decay", c.layer_decay, allow_number(0, 1, Without::low),
      "the rate of each block is that of what follows times this; of the embedding, that of the first block "
      "times this");
  key("freeze", c.freeze, allow_texts(),
      "parameters that do not change: beginnings of their names, up to a dot or whole: embedding, encoder.0");
  key("schedule", c.schedule, allow_component("schedule"), "the learning rate after warm-up");
  key("warmup_steps", c.warmup_steps, allow_integer(0), "updates over which the learning rate rises from 0");
  key("warmup_ratio", c.warmup_ratio, allow_number(0, 1, Without::high),
      "the same as a share of all updates, in place of warmup_steps");
  key("max_grad_norm", c.max_grad_norm, allow_number(0), "clip the gradient's global norm; 0: off");
  key("ema_decay", c.ema_decay, allow_number(0, 1, Without::high),
      "validate, and keep in best.h5, a moving average of the parameters: after each update so much of it is "
      "kept, less at the beginning; 0: off");
  key("swa_start", c.swa_start, allow_number(0, 1, Without::high),
      "the same with the plain mean of the parameters after each update from this share of all on "
      "(stochastic weight averaging); 0: off");
  key("on_nonfinite", c.on_nonfinite, allow_words(nonfinite_choice.list()),
      "where a step's loss or gradient is not a finite number: stop training, or leave the step out");
  key("max_skips", c.max_skips, allow_integer(0), "skip: stop after so many steps left out in a run");
  key("divergence_factor", c.divergence_factor, allow_number(0),
      "stop where the smoothed training loss is above so many times that of chance, ln K; 0: off");
  key("monitor", c.monitor, allow_metric(),
      "validation metric that chooses best.h5: loss, or one of the task's; empty: the task's first");
  key("patience", c.patience, allow_integer(0),
      "epochs without improvement, after warm-up, before stopping; 0: off");
  key("refit", c.refit, allow_flag(),
      "then train anew on training and validation data together, as many epochs as were best, in the run "
      "folder refit");
  key("checkpoint_every_steps", c.checkpoint_every_steps, allow_integer(0),
      "write last.h5 so often; 0: at each epoch's end");
  key("precision", c.precision, allow_words(precision_choice.list()),
      "of products in training; bf16 sums in fp32 and needs a CPU with AVX512_BF16");
  key("moments", c.moments, allow_words(moments_choice.list()),
      "what the optimizer keeps for each parameter: in bf16 it takes half the memory, rounded at random so "
      "that the "
      "mean is right");
  key("kernels", c.kernels, allow_words(kernels_choice.list()), "engine for the products of linear layers");
}

/// Every key of every section, in the order of the written file. `ConfigT` is Config or const Config.
template <class ConfigT, class Visitor>
void visit_keys(ConfigT& config, Visitor&& visit) {
  visit(Key{"", "task", allow_component("task"), "what targets, outputs, loss and metrics mean"},
        config.task);
  visit_data(config.data, visit);
  visit_model(config.model, visit);
  visit_train(config.train, visit);
}

}  // namespace orochi
