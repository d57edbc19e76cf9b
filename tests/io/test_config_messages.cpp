// Broken configurations and exactly what is said of them.
#include <algorithm>
#include <regex>

#include "catch.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

namespace {

struct Case {
  std::string text, message;
};

void check(const std::vector<Case>& cases) {
  for (const Case& broken : cases) {
    INFO(broken.text);
    CHECK(complaint(broken.text) == broken.message);
  }
}

/// `line` is the third of the file, behind a [data] that is right.
void check_line(const std::string& section, const std::vector<Case>& cases) {
  for (const Case& broken : cases) {
    INFO(broken.text);
    CHECK(complaint("data.train = 'a'\n[" + section + "]\n" + broken.text) == "f:3:" + broken.message);
  }
}

const std::string model_keys =
    "init_from, members, d_model, embedding_dim, embedding_norm, num_layers, num_heads, head_dim, "
    "dim_feedforward, "
    "dropout, attention_dropout, norm_first, "
    "causal, "
    "window, layer_norm_eps, norm, activation, positions, pooling, "
    "attention, feed_forward, block";
const std::string rows_layers =
    "layer_norm | rms_norm | relu | gelu | learned | sinusoidal | multi_head_attention | feed_forward | "
    "encoder_layer | alibi | none | rotary | convolution";

}  // namespace

TEST_CASE("unknown keys and sections") {
  check_line(
      "model",
      {{"num_head = 4", "1: unknown key \"model.num_head\"; did you mean \"num_heads\"?"},
       {"epochs = 4", "1: unknown key \"model.epochs\"; it belongs in [train]"},
       {"epoch = 4", "1: unknown key \"model.epoch\"; did you mean \"epochs\" in [train]?"},
       {"lr = 4", "1: unknown key \"model.lr\"; did you mean \"learning_rate\" in [train]?"},
       {"zzz = 4", "1: unknown key \"model.zzz\"; keys of [model]: " + model_keys},
       {"  \"num heads\" = 4", "3: unknown key \"model.num heads\"; did you mean \"num_heads\"?"},
       {"pad_token_id = 0",
        "1: unknown key \"model.pad_token_id\"; "
        "sequences are packed row after row, without padding; remove it"},
       {"num_classes = 3",
        "1: unknown key \"model.num_classes\"; the classes are read from the training data; remove it"}});
  check({{"data.train = 'a'\nepochs = 3", "f:2:1: unknown key \"epochs\"; it belongs in [train]"},
         {"data.train = 'a'\nnhead = 3",
          "f:2:1: unknown key \"nhead\"; did you mean \"num_heads\" in [model]?"},
         {"data.train = 'a'\nzzz = 3",
          "f:2:1: unknown key \"zzz\"; every key is in a section: [task], [data], [model], [train], "
          "[layer.NAME], [search]"},
         {"data.train = 'a'\n[modle]\nzzz = 3", "f:2:2: unknown section [modle]; did you mean [model]?"},
         {"data.train = 'a'\n[optimizer]\nlr = 3",
          "f:2:2: unknown section [optimizer]; did you mean [train.optimizer]?"},
         {"data.train = 'a'\n[convolution]\nwidth = 3",
          "f:2:2: unknown section [convolution]; did you mean [layer.convolution]?"},
         {"data.train = 'a'\n[logging]\nlevel = 3",
          "f:2:2: unknown section [logging]; allowed: [task], [data], [model], [train], [layer.NAME], "
          "[search]"},
         {"data.train = 'a'\nmodel = 3",
          "f:2:1: model is the integer 3, but names a section; write [model] above its keys"},
         {"data.train = 'a'\nlayer = 3",
          "f:2:1: layer is the integer 3, but names a section; write [layer.NAME] above its keys"},
         {"data.train = 'a'\n[[train]]\nepochs = 3",
          "f:2:3: train is a list, but names a section; write [train] above its keys"}});
}

TEST_CASE("wrong types") {
  check_line(
      "model",
      {{"num_layers = \"two\"",
        "14: model.num_layers is the string \"two\"; allowed: an integer from 1 to 10000"},
       {"num_layers = 2.0", "14: model.num_layers is the number 2.0; allowed: an integer from 1 to 10000"},
       {"num_layers = true", "14: model.num_layers is true; allowed: an integer from 1 to 10000"},
       {"num_layers = [2]", "14: model.num_layers is a list; allowed: an integer from 1 to 10000"},
       {"num_layers = {a = 2}", "14: model.num_layers is a table; allowed: an integer from 1 to 10000"},
       {"num_layers = 2020-01-01",
        "14: model.num_layers is a date or time; allowed: an integer from 1 to 10000"},
       {"dropout = \"0.1\"",
        "11: model.dropout is the string \"0.1\"; allowed: a number from 0 up to, not including, 1"},
       {"causal = 1", "10: model.causal is the integer 1; allowed: true | false"},
       {"norm = 1",
        "8: model.norm is the integer 1; allowed: a registered layer of role rows: " + rows_layers},
       {"block = \"relu\"",
        "9: model.block is the string \"relu\"; allowed: a list of registered layers of role rows: " +
            rows_layers},
       {"block = [\"relu\", 3]",
        "18: model.block[1] is the integer 3; allowed: a registered layer of role rows: " + rows_layers}});
  check_line(
      "train",
      {{"optimizer = 3",
        "13: train.optimizer is the integer 3; allowed: a registered optimizer, or a table with type and "
        "its options: sgd | adam | adamw"}});
  check_line("task",
             {{"class_weights = 3",
               "17: task.class_weights is the integer 3; "
               "allowed: \"balanced\" | a list of numbers from 1e-30 to 1e30"},
              {"class_weights = [1, \"2\"]",
               "21: task.class_weights[1] is the string \"2\"; allowed: a number from 1e-30 to 1e30"}});
}

TEST_CASE("values out of range") {
  check_line(
      "model",
      {{"dropout = 1.5", "11: model.dropout is 1.5; allowed: a number from 0 up to, not including, 1"},
       {"dropout = 1", "11: model.dropout is 1; allowed: a number from 0 up to, not including, 1"},
       {"dropout = -0.1", "11: model.dropout is -0.1; allowed: a number from 0 up to, not including, 1"},
       {"dropout = nan", "11: model.dropout is nan; allowed: a number from 0 up to, not including, 1"},
       {"num_heads = 0", "13: model.num_heads is 0; allowed: an integer, 1 or more"},
       {"d_model = 99999999999",
        "11: model.d_model is 99999999999; allowed: an integer, 1 or more, at most 2147483647"},
       {"layer_norm_eps = 0.0", "18: model.layer_norm_eps is 0.0; allowed: a number from 1e-30 to 1e30"}});
  check_line("train",
             {{"seed = -1", "8: train.seed is -1; allowed: an integer from 0 to 4294967295"},
              {"seed = 4294967296", "8: train.seed is 4294967296; allowed: an integer from 0 to 4294967295"},
              {"shards = 0", "10: train.shards is 0; allowed: an integer from 1 to 1024"},
              {"max_grad_norm = inf", "17: train.max_grad_norm is inf; allowed: a number, 0 or more"}});
  check_line(
      "task",
      {{"label_smoothing = 1.0",
        "19: task.label_smoothing is 1.0; allowed: a number from 0 up to, not including, 1"},
       {"class_weights = [1.0, 0]", "23: task.class_weights[1] is 0; allowed: a number from 1e-30 to 1e30"},
       {"class_weights = \"equal\"",
        "17: task.class_weights is \"equal\"; allowed: \"balanced\" | a list of numbers from 1e-30 to "
        "1e30"}});
  check({{"data.train = ''", "f:1:14: data.train is \"\"; allowed: a path or a list of paths"},
         {"data.train = 3", "f:1:14: data.train is the integer 3; allowed: a path or a list of paths"},
         {"data.train = []", "f:1:14: data.train is an empty list; allowed: a path or a list of paths"},
         {"data.train = ['a', '']", "f:1:20: data.train[1] is \"\"; allowed: a string, not empty"},
         {"data.train = [['a']]", "f:1:15: data.train[0] is a list; allowed: a string, not empty"},
         {"[data]\ntrain = 'a'\ntokenizer.vocab_size = 1",
          "f:3:24: data.tokenizer.vocab_size is 1; allowed: an integer, 2 or more"},
         {"[data]\ntrain = 'a'\nformat.type = 'csv'\nformat.text_columns = ['b', '']",
          "f:4:29: data.format.text_columns[1] is \"\"; allowed: a string, not empty"}});
}

TEST_CASE("words that are not allowed") {
  check_line("train",
             {{"optimizer = 'adamW'",
               "13: train.optimizer is \"adamW\"; allowed: sgd | adam | adamw; "
               "did you mean \"adamw\"?"},
              {"kernels = 'mkl'", "11: train.kernels is \"mkl\"; allowed: auto | native | eigen | onednn"}});
  check_line(
      "model",
      {{"norm = 'layernorm'",
        "8: model.norm is \"layernorm\"; allowed: " + rows_layers + "; did you mean \"layer_norm\"?"},
       {"norm = 'no'", "8: model.norm is \"no\"; allowed: " + rows_layers},
       {"positions = 'rope'",
        "13: model.positions is \"rope\"; allowed: " + rows_layers + "; did you mean \"rotary\"?"},
       {"pooling = 'avg'", "11: model.pooling is \"avg\"; allowed: cls | mean | max; did you mean \"mean\"?"},
       {"pooling = 'relu'", "11: model.pooling is \"relu\", a layer of role rows; allowed: cls | mean | max"},
       {"block = ['relu', 'encoder_layr']", "18: model.block[1] is \"encoder_layr\"; allowed: " +
                                                rows_layers + "; did you mean \"encoder_layer\"?"},
       {"block = ['cls']",
        "10: model.block[0] is \"cls\", a layer of role pooling; allowed: " + rows_layers}});
}

TEST_CASE("options of layers") {
  check_line(
      "layer.convolution",
      {{"widht = 3", "1: unknown key \"layer.convolution.widht\"; did you mean \"width\"?"},
       {"zzz = 3",
        "1: unknown key \"layer.convolution.zzz\"; keys of [layer.convolution]: width, scale, bias, mode"},
       {"lr = 3", "1: unknown key \"layer.convolution.lr\"; did you mean \"learning_rate\" in [train]?"},
       {"width = 3.5", "9: layer.convolution.width is the number 3.5; allowed: an integer"},
       {"scale = 'x'", "9: layer.convolution.scale is the string \"x\"; allowed: a number"},
       {"scale = inf", "9: layer.convolution.scale is inf; allowed: a number"},
       {"bias = 0", "8: layer.convolution.bias is the integer 0; allowed: true | false"},
       {"mode = 0", "8: layer.convolution.mode is the integer 0; allowed: a string"}});
  check({{"data.train = 'a'\n[layer.relu]\nslope = 1",
          "f:3:1: unknown key \"layer.relu.slope\"; layer \"relu\" has no options"},
         {"data.train = 'a'\n[layer.convolutoin]\nwidth = 1",
          "f:2:8: unknown layer \"convolutoin\"; registered: layer_norm | rms_norm | relu | gelu | learned | "
          "sinusoidal | multi_head_attention | feed_forward | encoder_layer | alibi | none | rotary | cls | "
          "mean | max | convolution; did you mean \"convolution\"?"},
         {"data.train = 'a'\n[layer]\nrelu = 1",
          "f:3:1: layer.relu is the integer 1, but names a section; write [layer.relu] above its keys"}});
}

TEST_CASE("options of an optimizer and a schedule") {
  check_line(
      "train.optimizer",
      {{"beta2 = 1", "9: train.optimizer.beta2 is 1; allowed: a number from 0 up to, not including, 1"},
       {"epsilon = 0.0", "11: train.optimizer.epsilon is 0.0; allowed: a number from 1e-30 to 1e30"},
       {"wd = 1", "1: unknown key \"train.optimizer.wd\"; did you mean \"weight_decay\"?"},
       {"lr = 1", "1: unknown key \"train.optimizer.lr\"; did you mean \"learning_rate\" in [train]?"},
       {"seed = 1", "1: unknown key \"train.optimizer.seed\"; did you mean \"seed\" in [train]?"},
       {"momentum = 0.5",
        "1: unknown key \"train.optimizer.momentum\"; keys of [train.optimizer] with type \"adamw\": beta1, "
        "beta2, epsilon, weight_decay; with type sgd there is one"},
       {"type = {type = 'sgd'}",
        "8: train.optimizer.type is a table; allowed: a registered optimizer: sgd | adam | adamw"},
       {"type = 'lion'", "8: train.optimizer.type is \"lion\"; allowed: sgd | adam | adamw"}});
  // What were keys of [train] once, and what other frameworks call them.
  check_line(
      "train",
      {{"beta1 = 0.8",
        "1: unknown key \"train.beta1\"; it is an option of train.optimizer: [train.optimizer] beta1 = "
        "..., or train.optimizer.beta1=... on the command line"},
       {"final_learning_rate = 0",
        "1: unknown key \"train.final_learning_rate\"; it is an option of train.schedule: "
        "[train.schedule] final_learning_rate = ..., or train.schedule.final_learning_rate=... on the "
        "command line"},
       {"wd = 1", "1: unknown key \"train.wd\"; did you mean \"weight_decay\" in [train.optimizer]?"}});
}

TEST_CASE("another type begins with its own defaults, wherever it is named") {
  const std::string adam = "data.train = 'a'\n[train.optimizer]\nbeta1 = 0.5\n";
  const Options sgd{{"momentum", 0.9}, {"weight_decay", 0.01}};
  CHECK(parse(adam, {"train.optimizer=sgd"}).train.optimizer == Component{"sgd", sgd});
  CHECK(parse(adam, {"train.optimizer.type=sgd"}).train.optimizer == Component{"sgd", sgd});
  CHECK(parse(adam, {"train.optimizer=adamw"}).train.optimizer == parse(adam).train.optimizer);
  CHECK(parse("data.train = 'a'\n[train.optimizer]\nmomentum = 0.5\ntype = 'sgd'").train.optimizer ==
        Component{"sgd", {{"momentum", 0.5}, {"weight_decay", 0.01}}});
}

TEST_CASE("rules between keys") {
  check_line("model",
             {{"num_heads = 5",
               "13: model.num_heads is 5, which does not divide model.d_model, 64; "
               "change one of them or give model.head_dim"},
              {"d_model = 50",
               "11: model.num_heads is 4, which does not divide model.d_model, 50; "
               "change one of them or give model.head_dim"},
              {"positions = 'rotary'\nhead_dim = 7",
               "13: model.positions is \"rotary\", which takes a head's columns by 2, but a head has 7; "
               "allowed: a multiple of 2 as model.head_dim (or as model.d_model / model.num_heads)"},
              {"positions = 'rotary'\nd_model = 12",
               "13: model.positions is \"rotary\", which takes a head's columns by 2, but a head has 3; "
               "allowed: a multiple of 2 as model.head_dim (or as model.d_model / model.num_heads)"},
              {"window = -1", "10: model.window is -1; allowed: an integer, 0 or more"}});
  check(
      {{"data.train = 'a'\ntrain.schedule.final_learning_rate = 1",
        "f:2:38: train.schedule.final_learning_rate is 1.0; allowed: at most train.learning_rate, 0.001"},
       {"data.train = 'a'\ndata.fold = 3\ndata.folds = 2",
        "f:2:13: data.fold is 3, but data.folds is 2; allowed: 0 to 2"},
       {"data.train = 'a'\ndata.fold = 3\ndata.test = 'b'",
        "f:3:13: data.fold is 3, which makes a part of the training file the test data, but data.test names "
        "a "
        "file; remove one of them"},
       {"data.train = 'a'\ndata.validation = 'b'\ndata.validation_fraction = 0.2",
        "f:3:28: data.validation_fraction is 0.2, but data.validation names a file; remove one of them"},
       {"data.train = 'a'\nmodel.causal = true\nmodel.pooling = 'cls'",
        "f:3:17: model.pooling is \"cls\", whose row is the first and, with model.causal, sees no other: "
        "no answer would depend on the rows behind it; allowed with it: mean | max"},
       {"data.train = 'a'\nmodel.pooling = 'cls'\nmodel.block = [{type = 'encoder_layer', causal = true}]",
        "f:2:17: model.pooling is \"cls\", whose row is the first and, with model.causal, sees no other: "
        "no answer would depend on the rows behind it; allowed with it: mean | max"},
       {"data.train = 'a'\nmodel.pooling = 'cls'\nmodel.causal = true\n"
        "model.block = [{type = 'encoder_layer', causal = false}, 'encoder_layer']",
        ""},
       {"[data]\ntrain = \"t\"\nlong = \"windows\"\ntruncation = \"tail\"\n",
        "f:4:14: data.truncation is \"tail\", but with data.long = \"windows\" nothing is cut; remove one of "
        "them"},
       {"[data]\ntrain = \"t\"\nmissing_indicator = true\n",
        "f:3:21: data.missing_indicator is true, but data.missing is \"error\"; allowed with it: "
        "interpolate | mean "
        "| zero"},
       {"data.train = 'a'\ndata.format.label_column = 'x'",
        "f:2:13: unknown key \"data.format.label_column\"; reader \"tsv\" has no options; with type csv "
        "there is "
        "one"},
       {"[data]\ntrain = 'a'\ntask = 'regression'",
        "f:3:1: unknown key \"data.task\"; it belongs above all sections, or is task=... on the command "
        "line"},
       {"data.train = 'a'\ndata.format = 'txt'",
        "f:2:15: data.format is \"txt\"; allowed: tsv | hdf5 | ts | csv; did you mean \"tsv\"?"},
       {"data.train = 'a'\ndata.format = {type = 'csv', text_columns = 'x'}",
        "f:2:45: data.format.text_columns is the string \"x\"; allowed: a list of strings"},
       {"data.train = 'a'\ntrain.warmup_steps = 10\ntrain.warmup_ratio = 0.1",
        "f:3:22: train.warmup_ratio is 0.1, but train.warmup_steps is 10; remove one of them"},
       {"data.train = 'a'\ntrain.warmup_ratio = 0.1\ntrain.warmup_steps = 10",
        "f:2:22: train.warmup_ratio is 0.1, but train.warmup_steps is 10; remove one of them"},
       {"data.train = 'a'\ntrain.warmup_ratio = 1",
        "f:2:22: train.warmup_ratio is 1; allowed: a number from 0 up to, not including, 1"},
       {"data.train = 'a'\ntrain.layer_decay = 0",
        "f:2:21: train.layer_decay is 0; allowed: a number above 0 to 1"},
       {"data.train = 'a'\ntrain.freeze = \"head\"",
        "f:2:16: train.freeze is the string \"head\"; allowed: a list of strings"},
       {"data.train = 'a'\ntrain.freeze = [1]",
        "f:2:17: train.freeze[0] is the integer 1; allowed: a string, not empty"},
       {"data.train = 'a'\ntrain.freeze = [\"\"]",
        "f:2:17: train.freeze[0] is \"\"; allowed: a string, not empty"},
       {"data.train = 'a'\ntrain.warmup_steps = 10\ntrain.max_steps = 10",
        "f:2:22: train.warmup_steps is 10; allowed: less than train.max_steps, 10"},
       {"data.train = 'a'\ntrain.precision = 'bf16'\ntrain.kernels = 'eigen'",
        "f:2:19: train.precision is \"bf16\", but train.kernels is \"eigen\"; allowed with it: auto | "
        "native"},
       {"data.train = 'a'\ndata.validation_fraction = 0\ntrain.patience = 3",
        "f:3:18: train.patience is 3, but there is no validation data; "
        "give data.validation or data.validation_fraction"},
       {"[model]\nd_model = 64\n", "f: data.train is missing; write train = \"path\" in [data]"},
       {"", "f: data.train is missing; write train = \"path\" in [data]"}});
}

TEST_CASE("rules that hold") {
  CHECK(complaint("data.train = 'a'\nmodel.num_heads = 5\nmodel.head_dim = 7") == "");
  CHECK(complaint("data.train = 'a'\nmodel.positions = 'alibi'\nmodel.head_dim = 7") == "");
  CHECK(complaint("data.train = 'a'\nmodel.positions = 'rotary'\nmodel.head_dim = 6") == "");
  CHECK(complaint("data.train = 'a'\ntrain.warmup_steps = 10\ntrain.max_steps = 11") == "");
  CHECK(complaint("data.train = 'a'\ndata.validation = 'b'\ndata.validation_fraction = 0") == "");
  CHECK(complaint("data.train = 'a'\ntrain.schedule.final_learning_rate = 0.001\ntrain.patience = 9") == "");
}

TEST_CASE("what is no TOML") {
  const std::vector<Case> cases = {
      {"a = = 1", "could not determine value type; a string is written in \"quotes\""},
      {"data.test = adamw", "could not determine value type; a string is written in \"quotes\""},
      {"data.train = 'b'", "cannot redefine existing string"},
      {"just text", "expected '=', saw 't'"},
      {"a = [1, 2", "encountered end-of-file"},
      {"data.test = '\xff'", "encountered invalid utf-8"},
      {"# \xff", "encountered invalid utf-8"}};
  for (const Case& broken : cases) {
    INFO(broken.text);
    const std::string said = complaint("data.train = 'a'\n" + broken.text);
    CHECK_THAT(said, catch_matchers::StartsWith("f:2:") && catch_matchers::Contains(broken.message));
    CHECK(std::count(said.begin(), said.end(), '\n') == 0);
  }
  CHECK(complaint("data.train = adamw") ==
        "f:1:14: while parsing value: could not determine value type; a string is written in \"quotes\"");
}

TEST_CASE("every error is reported at once, sorted by location") {
  CHECK(complaint("[train]\nepochs = 0\nlr = 1e-3\n[model]\nnum_heads = 5\nnum_head = 3\ndropout = 2\n",
                  {"train.seed=x", "--fast", "model.num_head=4"}) ==
        "f: data.train is missing; write train = \"path\" in [data]\n"
        "f:2:10: train.epochs is 0; allowed: an integer, 1 or more\n"
        "f:3:1: unknown key \"train.lr\"; did you mean \"learning_rate\"?\n"
        "f:5:13: model.num_heads is 5, which does not divide model.d_model, 64; "
        "change one of them or give model.head_dim\n"
        "f:6:1: unknown key \"model.num_head\"; did you mean \"num_heads\"?\n"
        "f:7:11: model.dropout is 2; allowed: a number from 0 up to, not including, 1\n"
        "command line: train.seed is the string \"x\"; allowed: an integer from 0 to 4294967295\n"
        "command line: not an override; write section.key=value, for example train.epochs=20\n"
        "command line: unknown key \"model.num_head\"; did you mean \"num_heads\"?");
}

TEST_CASE("a fault within one line does not hide the others, and none is made up") {
  // Versions of toml++ differ in the columns of syntax errors.
  const auto broken = [](const std::string& text) {
    return std::regex_replace(complaint(text), std::regex("f:([0-9]+):[0-9]+"), "f:$1");
  };
  CHECK(
      broken("[data]\ntrain = a.tsv\n[model]\nd_model = 32\nd_model = 64\nnum_head = 2\n[train]\nlr = \n") ==
      "f:2: while parsing value: could not determine value type; a string is written in \"quotes\"\n"
      "f:5: while parsing key-value pair: cannot redefine existing integer 'd_model'; it is above "
      "already, keep one\n"
      "f:6: unknown key \"model.num_head\"; did you mean \"num_heads\"?\n"
      "f:8: while parsing key-value pair: expected value, saw '\\n'; write a value, or remove the "
      "line");
  // The rest of the file cannot be told apart from the list, or from the section without a header.
  CHECK(broken("[model]\nblock = ['relu'\nnum_head = 2\n[train]\nlr = 3\n") ==
        "f:3: while parsing array: expected comma or closing ']', saw 'n'; close the list with ]");
  // A file that is no TOML at all is given up after ten faults.
  std::string prose;
  for (int line = 0; line < 50; ++line) prose += "Once upon a time\n";
  const std::string said = broken(prose);
  CHECK(std::count(said.begin(), said.end(), '\n') == 9);
  CHECK(broken("[model\nnum_head = 2\n") == "f:1: while parsing table header: expected ']', saw '\\n'");
}

TEST_CASE("wrong overrides") {
  const std::string form = "not an override; write section.key=value, for example train.epochs=20";
  const std::vector<Case> cases = {
      {"abc", form},
      {"=3", form},
      {"--model.num_heads=3", form},
      {"model..num_heads=3", form},
      {"epochs=3", "unknown key \"epochs\"; it belongs in [train]"},
      {"modle.epochs=3", "unknown section [modle]; did you mean [model]?"},
      {"model.dropout.rate=3", "model.dropout is a table; allowed: a number from 0 up to, not including, 1"},
      {"layer.relu=3", "layer.relu is the integer 3, but names a section; write [layer.relu] above its keys"},
      {"layer.convolution.width=x", "layer.convolution.width is the string \"x\"; allowed: an integer"},
      {"task.class_weights=[1,-1]", "task.class_weights[1] is -1; allowed: a number from 1e-30 to 1e30"},
      {"model.num_heads=5",
       "model.num_heads is 5, which does not divide model.d_model, 64; "
       "change one of them or give model.head_dim"},
      {"data.test=\xff", "the value is not UTF-8 text; allowed: a TOML value or UTF-8 text"}};
  CHECK(complaint("data.train = 'a'", {""}) == "command line: " + form);
  for (const Case& broken : cases) {
    INFO(broken.text);
    CHECK(complaint("data.train = 'a'", {broken.text}) == "command line: " + broken.message);
  }
}

TEST_CASE("a tokenizer is a name, or a table with its options") {
  const auto read = [](const std::string& text, const std::vector<std::string>& overrides = {}) {
    return parse("[data]\ntrain = 'a'\n" + text, overrides).data.tokenizer;
  };
  const Options defaults{
      {"lowercase", true}, {"min_count", std::int64_t{1}}, {"vocab_size", std::int64_t{30000}}};
  const Options kept{
      {"lowercase", false}, {"min_count", std::int64_t{1}}, {"vocab_size", std::int64_t{30000}}};
  CHECK(read("") == Component{"word", defaults});
  CHECK(read("tokenizer = 'char'") == Component{"char", defaults});
  CHECK(read("tokenizer = {type = 'char', lowercase = false}") == Component{"char", kept});
  CHECK(read("[data.tokenizer]\nlowercase = false") == Component{"word", kept});
  CHECK(read("", {"data.tokenizer=char", "data.tokenizer.lowercase=false"}) == Component{"char", kept});
  // Another type has options of its own.
  CHECK(read("tokenizer = {type = 'char', lowercase = false}", {"data.tokenizer=word"}) ==
        Component{"word", defaults});
  const std::string start = "[data]\ntrain = 'a'\n";
  CHECK(complaint(start + "tokenizer = 'chars'") ==
        "f:3:13: data.tokenizer is \"chars\"; allowed: word | char | whitespace; did you mean \"char\"?");
  CHECK(complaint(start + "tokenizer = 3") ==
        "f:3:13: data.tokenizer is the integer 3; allowed: a registered tokenizer, or a table with type and "
        "its "
        "options: word | char | whitespace");
  CHECK(complaint(start + "[data.tokenizer]\ntype = 'word'\nlower_case = true") ==
        "f:5:1: unknown key \"data.tokenizer.lower_case\"; did you mean \"lowercase\"?");
}

TEST_CASE("a rule that an override breaks is broken on the command line") {
  CHECK(complaint("data.train = 'a'\n[model]\nd_model = 16\nnum_heads = 2", {"model.d_model=7"})
            .starts_with("command line: model.num_heads is 2"));
}

TEST_CASE("a model's config that names a component of another program says how to read it") {
  CHECK_THROWS_WITH(
      parse_saved_config("task = 'ordinal'\n[model]\nnorm = 'swiglu'", "f", test_layers()),
      catch_matchers::Contains(
          "f:1:8: error: task is \"ordinal\", which this program does not know; use the program") &&
          catch_matchers::Contains("f:3:8: error: model.norm is \"swiglu\", which"));
}
