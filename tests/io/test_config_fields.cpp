// Every key reaches the field of its name: a text that sets each of them to a value of its own.
#include "catch.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

namespace {

const char* const everything = R"([task]
type = "classification"
class_weights = [0.29, 0.3]
label_smoothing = 0.28

[data]
train = "a"
validation = "b"
test = "c"
validation_fraction = 0.0
split_seed = 34
fold = 0
folds = 7
encoding = "cp1252"
word_vectors = ""
text_features = 36
text_places = true
series_features = 37
special_tokens = false
max_length = 5
long = "windows"
truncation = "head"
normalize = false
missing = "mean"
missing_indicator = true
storage = "disk"

[data.format]
type = "csv"
label_column = "e"
text_columns = ["d", "f"]

[data.tokenizer]
type = "char"
lowercase = false
min_count = 3
vocab_size = 4

[model]
init_from = "encoder.h5"
members = 1
d_model = 6
embedding_dim = 5
embedding_norm = true
num_layers = 7
num_heads = 8
head_dim = 9
dim_feedforward = 10
dropout = 0.11
attention_dropout = 0.12
norm_first = false
causal = true
window = 33
layer_norm_eps = 0.13
norm = "rms_norm"
activation = "relu"
positions = "sinusoidal"
pooling = "max"
attention = "convolution"
feed_forward = "gelu"
block = ["encoder_layer", "convolution"]

[train]
from = "best.h5"
seed = 14
epochs = 15
max_steps = 16
batch_size = 17
gradient_accumulation_steps = 18
shards = 19
chunk_rows = 31
gradient_memory_mb = 32
learning_rate = 0.2
head_learning_rate = 0.21
layer_decay = 0.9
freeze = ["embedding", "encoder.0"]
warmup_steps = 2
warmup_ratio = 0.0
max_grad_norm = 0.27
ema_decay = 0.26
swa_start = 0.0
on_nonfinite = "skip"
max_skips = 33
divergence_factor = 34.0
monitor = "macro_f1"
patience = 13
refit = true
checkpoint_every_steps = 31
precision = "bf16"
moments = "bf16"
kernels = "native"

[train.optimizer]
type = "adam"
beta1 = 0.22
beta2 = 0.23
epsilon = 0.24
weight_decay = 0.25

[train.schedule]
type = "linear"
final_learning_rate = 0.026

[layer.convolution]
bias = false
mode = "full"
scale = 2.0
width = 7
)";

}  // namespace

TEST_CASE("the text of everything is written as it was read") {
  CHECK(write_config(parse(everything)) == everything);
}

TEST_CASE("[data] reaches its fields") {
  const DataConfig c = parse(everything).data;
  CHECK(c.format ==
        Component{"csv", {{"text_columns", std::vector<std::string>{"d", "f"}}, {"label_column", "e"}}});
  CHECK(c.train == "a");
  CHECK(parse("data.train = ['a', 'b c']").data.train == Paths{"a", "b c"});
  CHECK(c.validation == "b");
  CHECK(c.test == "c");
  CHECK(c.validation_fraction == 0.0);
  CHECK(c.split_seed == 34);
  CHECK(parse("data.train = 'a'\ndata.fold = 2").data.fold == 2);
  CHECK(c.folds == 7);
  CHECK(c.tokenizer ==
        Component{"char",
                  {{"lowercase", false}, {"min_count", std::int64_t{3}}, {"vocab_size", std::int64_t{4}}}});
  CHECK(c.encoding == "cp1252");
  CHECK(parse("data.train = 'a'\ndata.word_vectors = 'v.vec'").data.word_vectors == "v.vec");
  CHECK(c.text_features == 36);
  CHECK(c.text_places);
  CHECK(c.series_features == 37);
  CHECK_FALSE(c.special_tokens);
  CHECK(parse("data.train = 'a'\ndata.special_tokens = true").data.special_tokens);
  CHECK(c.max_length == 5);
  CHECK(c.long_sequences == "windows");
  CHECK(parse("data.train = 'a'\ndata.truncation = 'middle'").data.truncation == "middle");
  CHECK_FALSE(c.normalize);
  CHECK(c.missing == "mean");
  CHECK(c.missing_indicator);
  CHECK(c.storage == "disk");
}

TEST_CASE("[model] reaches its fields") {
  const ModelConfig c = parse(everything).model;
  CHECK(c.init_from == "encoder.h5");
  CHECK(c.members == 1);
  CHECK(c.d_model == 6);
  CHECK(c.embedding_dim == 5);
  CHECK(c.embedding_norm);
  CHECK(c.num_layers == 7);
  CHECK(c.num_heads == 8);
  CHECK(c.head_dim == 9);
  CHECK(c.dim_feedforward == 10);
  CHECK(c.dropout == 0.11);
  CHECK(c.attention_dropout == 0.12);
  CHECK_FALSE(c.norm_first);
  CHECK(c.causal);
  CHECK(c.window == 33);
  CHECK(c.layer_norm_eps == 0.13);
  CHECK(c.norm == "rms_norm");
  CHECK(c.activation == "relu");
  CHECK(c.positions == "sinusoidal");
  CHECK(c.pooling == "max");
  CHECK(c.attention == "convolution");
  CHECK(c.feed_forward == "gelu");
  CHECK(c.block == std::vector<Component>{{"encoder_layer"}, {"convolution"}});
}

TEST_CASE("[train] reaches its fields") {
  const TrainConfig c = parse(everything).train;
  CHECK(c.from == "best.h5");
  CHECK(c.seed == 14);
  CHECK(c.epochs == 15);
  CHECK(c.max_steps == 16);
  CHECK(c.batch_size == 17);
  CHECK(c.gradient_accumulation_steps == 18);
  CHECK(c.shards == 19);
  CHECK(c.chunk_rows == 31);
  CHECK(c.gradient_memory_mb == 32);
  CHECK(c.optimizer ==
        Component{"adam", {{"beta1", 0.22}, {"beta2", 0.23}, {"epsilon", 0.24}, {"weight_decay", 0.25}}});
  CHECK(c.learning_rate == 0.2);
  CHECK(c.schedule == Component{"linear", {{"final_learning_rate", 0.026}}});
  CHECK(c.head_learning_rate == 0.21);
  CHECK(c.layer_decay == 0.9);
  CHECK(c.freeze == std::vector<std::string>{"embedding", "encoder.0"});
  CHECK(c.warmup_steps == 2);
  CHECK(parse("data.train = 'a'\ntrain.warmup_ratio = 0.13").train.warmup_ratio == 0.13);
  CHECK(c.max_grad_norm == 0.27);
  CHECK(c.ema_decay == 0.26);
  CHECK(parse("data.train = 'a'\ntrain.swa_start = 0.75").train.swa_start == 0.75);
  CHECK(c.on_nonfinite == "skip");
  CHECK(c.max_skips == 33);
  CHECK(c.divergence_factor == 34);
  CHECK(c.monitor == "macro_f1");
  CHECK(c.patience == 13);
  CHECK(c.refit);
  CHECK(c.checkpoint_every_steps == 31);
  CHECK(c.precision == "bf16");
  CHECK(c.moments == "bf16");
  CHECK(c.kernels == "native");
}

TEST_CASE("[task] reaches its options") {
  CHECK(parse(everything).task ==
        Component{"classification",
                  {{"label_smoothing", 0.28}, {"class_weights", std::vector<double>{0.29, 0.3}}}});
}

TEST_CASE("[layer.NAME] reaches its options, in the types of their defaults") {
  const Options expected = {
      {"width", std::int64_t{7}}, {"scale", 2.0}, {"bias", false}, {"mode", std::string("full")}};
  CHECK(parse(everything).layer.at("convolution") == expected);
  CHECK(parse("data.train = 'a'\nlayer.convolution.scale = 2").layer.at("convolution") ==
        Options{{"scale", 2.0}});
}
