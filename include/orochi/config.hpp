// The configuration of a run: one struct a section of the TOML file, default and reason at each field.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <orochi/options.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Files that are read as if they were one, in this order. Most often it is one.
struct Paths {
  Paths() = default;
  Paths(std::initializer_list<std::string> several) : files(several) {}
  Paths(std::vector<std::string> several) : files(std::move(several)) {}
  Paths(const std::string& path) {
    if (!path.empty()) files.push_back(path);
  }
  Paths(const char* path) : Paths(std::string(path)) {}
  bool operator==(const Paths&) const = default;
  bool empty() const { return files.empty(); }

  std::vector<std::string> files;
};

/// [data]: where the sequences come from and how they become rows.
struct DataConfig {
  Component format{"tsv", {}};         // how the files are written
  Paths train;                         // relative to the config file; required
  std::string validation;              // path; empty: a stratified fraction of train
  std::string test;                    // path; empty: no final evaluation
  double validation_fraction = 0.1;    // of train, stratified by label, when `validation` is empty
  std::uint64_t split_seed = 0;        // draws that fraction; 0: train.seed
  Index fold = 0;                      // of `folds` parts of train this one is the test data; 0: none is
  Index folds = 5;                     // drawn as that fraction is
  std::string encoding = "utf-8";      // of text files: utf-8 | latin-1 | cp1252
  Component tokenizer{"word", {}};     // text: what a token is
  std::string word_vectors;            // path: the embeddings start as its vectors; empty: as drawn
  Index text_features = 0;             // text: buckets of a linear model beside the encoder; 0: none
  bool text_places = false;            // it looks at runs of 1 to 3 characters, each at its place
  Index series_features = 0;           // numeric: about so many of a linear model beside the encoder; 0: none
  bool special_tokens = false;         // the tokenizer's own tokens around a sequence: [CLS] and [SEP]
  Index max_length = 256;              // rows a sequence may have; of longer ones see the next two
  std::string truncation = "head";     // head | tail | middle: the rows that are kept, but middle: left out
  std::string long_sequences = "cut";  // cut | windows: data.long, what becomes of longer sequences
  bool normalize = true;               // numeric: per channel to mean 0, std 1 by the training set's figures
  std::string missing = "error";       // numeric: error | interpolate | mean | zero: what NaN and ? become
  bool missing_indicator = false;      // numeric: a channel more: 1 where a row missed a value, else 0
  std::string storage = "memory";      // memory | disk: where the data is while it is used
};

/// [model]: the encoder. Names follow PyTorch's.
struct ModelConfig {
  std::string init_from;              // checkpoint whose encoder the model is and starts as; empty: neither
  Index members = 1;                  // networks side by side, whose outputs are averaged
  Index d_model = 64;                 // C: width of every row between the layers
  Index embedding_dim = 0;            // width of the embeddings before a projection to d_model; 0: d_model
  bool embedding_norm = false;        // a norm behind embeddings and positions, as BERT has it
  Index num_layers = 2;               // encoder layers
  Index num_heads = 4;                // H: self-attentions side by side
  Index head_dim = 0;                 // D: width of one head; 0: d_model / num_heads
  Index dim_feedforward = 0;          // F; 0: 4 x d_model
  double dropout = 0.1;               // on embeddings, inside the feed-forward, on what each sub-layer adds
  double attention_dropout = 0.1;     // on the attention weights
  bool norm_first = true;             // pre-norm trains without warm-up tricks (PyTorch's default is false)
  bool causal = false;                // a row sees only itself and earlier rows
  Index window = 0;                   // a row sees only rows at most so many positions away; 0: all
  double layer_norm_eps = 1e-5;       // added to the variance
  std::string norm = "layer_norm";    // layer_norm | rms_norm
  std::string activation = "gelu";    // relu | gelu (erf) | gelu_tanh | silu | tanh
  std::string positions = "learned";  // learned | sinusoidal | rotary | alibi | none
  std::string pooling = "mean";       // cls | first | pooler | mean | max | attention
  std::string attention = "multi_head_attention";  // the layer that mixes rows
  std::string feed_forward = "feed_forward";       // the layer that works on each row
  /// In place of num_layers x "encoder_layer". Options: a layer's own, and keys of this section that shall be
  /// others in this block.
  std::vector<Component> block;
};

/// [train]: the optimizer loop.
struct TrainConfig {
  std::string from;         // checkpoint to start from, with its vocabulary and labels; empty: fresh weights
  std::uint64_t seed = 42;  // initial weights, order, dropout, split: everything random
  Index epochs = 10;        // passes over the training set
  Index max_steps = 0;      // stop after so many updates; 0: no limit
  Index batch_size = 32;    // sequences a step and micro-batch
  Index gradient_accumulation_steps = 1;  // micro-batches an update
  Index shards = 8;  // shards of a batch; fixes the order of summation, so never taken from the machine
  Index chunk_rows =
      256;  // rows of a shard that go forward and back together: what they leave fits the cache
  Index gradient_memory_mb = 256;     // fewer shards where their gradients would take more
  Component optimizer{"adamw", {}};   // the update rule, with its options
  double learning_rate = 1e-3;        // peak, after warm-up
  double head_learning_rate = 0;      // peak of pooling and head; 0: learning_rate
  double layer_decay = 1;             // the rate of a block is that of the next one times this
  std::vector<std::string> freeze;    // parameters that do not change, by the beginnings of their names
  Component schedule{"cosine", {}};   // the learning rate after the warm-up
  Index warmup_steps = 0;             // linear from 0
  double warmup_ratio = 0;            // the same, as a share of all updates
  double max_grad_norm = 1.0;         // clip the global norm; 0: off
  double ema_decay = 0;               // validate and keep a moving average of the parameters; 0: off
  double swa_start = 0;               // the same with their mean from this share of all updates on; 0: off
  std::string on_nonfinite = "stop";  // stop | skip: what to do where loss or gradient are no finite numbers
  Index max_skips = 10;               // skip: stop after so many steps left out in a run
  double divergence_factor = 10;  // stop where the smoothed loss is above so many times chance, ln K; 0: off
  std::string monitor;            // validation metric that chooses best.h5; empty: the first one of the task
  Index patience = 0;             // epochs without improvement, after warm-up, before stopping; 0: off
  bool refit = false;             // then train anew on all data, as many epochs as were best
  Index checkpoint_every_steps = 0;  // write last.h5 so often; 0: at each epoch's end
  std::string precision = "fp32";    // fp32 | bf16: of products; all else is fp32
  std::string moments = "fp32";      // fp32 | bf16: what the optimizer keeps for each parameter
  std::string kernels = "auto";      // auto | native | eigen | onednn
};

/// A whole config with its defaults. A program may fill one itself; `read_config` reads and checks one.
struct Config {
  Component task{"classification", {}};  // what targets, outputs and loss mean
  DataConfig data;
  ModelConfig model;
  TrainConfig train;
  std::map<std::string, Options> layer;  // [layer.NAME]: options of every layer of that name
};

}  // namespace orochi
