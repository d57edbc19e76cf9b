// What keys demand of each other, once each is right by itself.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/config_reader.hpp"
#include "io/suggest.hpp"

namespace orochi {

void ConfigReader::rule(bool holds, const std::vector<std::string>& keys, const std::string& message) {
  if (holds) return;
  const auto is_wrong = [this](const std::string& key) { return wrong_.count(key) > 0; };
  if (std::any_of(keys.begin(), keys.end(), is_wrong)) return;
  Location location;  // a value on the command line was set last: before it, the file was right
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    const auto found = locations_.find(*key);
    if (found == locations_.end() || (!location.argument.empty() && found->second.argument.empty())) continue;
    location = found->second;
  }
  add_error(location, message);
}

void ConfigReader::check_data_rules() {
  const DataConfig& c = config_.data;
  rule(is_saved_ || !c.train.empty(), {"data.train"},
       "data.train is missing; write train = \"path\" in [data]");
  const DataConfig defaults;
  rule(c.validation.empty() || c.validation_fraction == 0 ||
           c.validation_fraction == defaults.validation_fraction,
       {"data.validation_fraction", "data.validation"},
       fmt::format("data.validation_fraction is {}, but data.validation names a file; remove one of them",
                   to_toml(to_value(c.validation_fraction))));
  rule(c.fold <= c.folds, {"data.fold", "data.folds"},
       fmt::format("data.fold is {}, but data.folds is {}; allowed: 0 to {}", c.fold, c.folds, c.folds));
  rule(c.fold == 0 || c.test.empty(), {"data.test", "data.fold"},
       fmt::format("data.fold is {}, which makes a part of the training file the test data, but data.test "
                   "names a file; remove one of them",
                   c.fold));
  rule(!long_choice.is(c.long_sequences, Long::windows) || c.truncation == defaults.truncation,
       {"data.truncation", "data.long"},
       fmt::format(
           "data.truncation is \"{}\", but with data.long = \"windows\" nothing is cut; remove one of them",
           c.truncation));
  rule(c.word_vectors.empty() || (config_.model.init_from.empty() && config_.train.from.empty()),
       {"data.word_vectors", "model.init_from", "train.from"},
       fmt::format("data.word_vectors is \"{}\", but the embeddings start as those of a checkpoint, which "
                   "{} names; remove one of them",
                   c.word_vectors, config_.train.from.empty() ? "model.init_from" : "train.from"));
  rule(!c.special_tokens || !long_choice.is(c.long_sequences, Long::windows),
       {"data.special_tokens", "data.long"},
       "data.special_tokens is true, but with data.long = \"windows\" a window begins anywhere; remove one "
       "of them");
  rule(
      !c.missing_indicator || !missing_choice.is(c.missing, Missing::error),
      {"data.missing_indicator", "data.missing"},
      fmt::format("data.missing_indicator is true, but data.missing is \"{}\"; allowed with it: {} | {} | {}",
                  c.missing, missing_choice.word(Missing::interpolate), missing_choice.word(Missing::mean),
                  missing_choice.word(Missing::zero)));
}

void ConfigReader::check_model_rules() {
  rule(is_saved_ || config_.model.members == 1, {"model.members"},
       fmt::format("model.members is {}, but training makes one network at a time; leave it out and train "
                   "with --seeds {}",
                   config_.model.members, config_.model.members));
  bool any_as_model = config_.model.block.empty();
  for (std::size_t i = 0; i < config_.model.block.size(); ++i) {
    const Options& options = config_.model.block[i].options;
    if (options.count("num_heads") + options.count("head_dim") > 0)
      check_heads(block_model(config_.model, options), fmt::format("model.block[{}]", i));
    else
      any_as_model = true;
  }
  if (any_as_model) check_heads(config_.model, "model");
  check_causal();
}

void ConfigReader::check_causal() {
  const ModelConfig& c = config_.model;
  const ComponentSchema* pooling = find_component("pooling", c.pooling);
  if (pooling == nullptr || !pooling->takes_first || is_saved_) return;
  const auto is_apart = [&](const std::string& layer) {
    const ComponentSchema* schema = find_component("rows", layer);
    return schema != nullptr && schema->keeps_apart;
  };
  const auto are_apart = [&](const ModelConfig& model) {
    return is_apart(model.attention) && is_apart(model.feed_forward);
  };
  bool is_causal = c.causal;
  const auto is_blind = [&](const Component& block) {
    const ModelConfig own = block_model(c, block.options);
    is_causal = is_causal || own.causal;
    return own.causal || is_apart(block.type) || are_apart(own);
  };
  const bool all =
      c.block.empty() ? c.causal || are_apart(c) : std::all_of(c.block.begin(), c.block.end(), is_blind);
  std::vector<std::string> others;
  for (const ComponentSchema& other : components_)
    if (other.kind == pooling->kind && !other.takes_first) others.push_back(other.name);
  rule(!all, {"model.pooling", "model.causal"},
       fmt::format(
           "model.pooling is \"{}\", whose row is the first and, {}, sees no other: no answer would depend "
           "on the rows behind it; allowed with it: {}",
           c.pooling, is_causal ? "with model.causal" : "as no layer mixes rows", fmt::join(others, " | ")));
}

/// `section`: whose keys say the number of heads and their width.
void ConfigReader::check_heads(const ModelConfig& c, const std::string& section) {
  const std::string heads = section + ".num_heads", width = section + ".head_dim";
  rule(c.head_dim > 0 || c.d_model % c.num_heads == 0, {heads, "model.num_heads", "model.d_model", width},
       fmt::format("{} is {}, which does not divide model.d_model, {}; change one of them or give {}", heads,
                   c.num_heads, c.d_model, width));
  const Index head_dim = c.head_dim > 0 ? c.head_dim : c.d_model / c.num_heads;
  const ComponentSchema* positions = find_component("rows", c.positions);
  const Index multiple = positions == nullptr ? 1 : std::max<Index>(positions->head_multiple, 1);
  rule(head_dim % multiple == 0, {"model.positions", width, heads, "model.num_heads", "model.d_model"},
       fmt::format("model.positions is \"{}\", which takes a head's columns by {}, but a head has {}; "
                   "allowed: a multiple of {} as {} (or as model.d_model / {})",
                   c.positions, multiple, head_dim, multiple, width, heads));
}

void ConfigReader::check_train_rules() {
  const TrainConfig& c = config_.train;
  const auto found = c.schedule.options.find("final_learning_rate");  // of the schedules that have it
  const double* last = found == c.schedule.options.end() ? nullptr : std::get_if<double>(&found->second);
  if (last != nullptr)
    rule(*last <= c.learning_rate, {"train.schedule.final_learning_rate", "train.learning_rate"},
         fmt::format("train.schedule.final_learning_rate is {}; allowed: at most train.learning_rate, {}",
                     to_toml(to_value(*last)), to_toml(to_value(c.learning_rate))));
  rule(c.max_steps == 0 || c.warmup_steps < c.max_steps, {"train.warmup_steps", "train.max_steps"},
       fmt::format("train.warmup_steps is {}; allowed: less than train.max_steps, {}", c.warmup_steps,
                   c.max_steps));
  rule(c.warmup_steps == 0 || c.warmup_ratio == 0, {"train.warmup_ratio", "train.warmup_steps"},
       fmt::format("train.warmup_ratio is {}, but train.warmup_steps is {}; remove one of them",
                   to_toml(to_value(c.warmup_ratio)), c.warmup_steps));
  rule(c.ema_decay == 0 || c.swa_start == 0, {"train.swa_start", "train.ema_decay"},
       fmt::format("train.swa_start is {}, but train.ema_decay is {}; remove one of them",
                   to_toml(to_value(c.swa_start)), to_toml(to_value(c.ema_decay))));
  rule(precision_choice.is(c.precision, Precision::fp32) ||
           kernels_choice.is(c.kernels, Kernels::automatic) || kernels_choice.is(c.kernels, Kernels::native),
       {"train.precision", "train.kernels"},
       fmt::format("train.precision is \"{}\", but train.kernels is \"{}\"; allowed with it: {} | {}",
                   c.precision, c.kernels, kernels_choice.word(Kernels::automatic),
                   kernels_choice.word(Kernels::native)));
  check_monitor();
  rule(c.patience == 0 || !config_.data.validation.empty() || config_.data.validation_fraction > 0,
       {"train.patience", "data.validation_fraction", "data.validation"},
       fmt::format("train.patience is {}, but there is no validation data; "
                   "give data.validation or data.validation_fraction",
                   c.patience));
  rule(!c.refit || std::ranges::find(config_.data.train.files, "-") == config_.data.train.files.end(),
       {"train.refit", "data.train"},
       "train.refit is true, but data.train is standard input, which can be read once; name a file");
  rule(!c.refit || !config_.data.validation.empty() || config_.data.validation_fraction > 0,
       {"train.refit", "data.validation_fraction", "data.validation"},
       "train.refit is true, but there is no validation data to choose the number of epochs by; give "
       "data.validation or data.validation_fraction, or leave it out");
}

/// Which metrics there are, the task says.
void ConfigReader::check_monitor() {
  const ComponentSchema* task = find_component("task", config_.task.type);
  std::string& monitor = config_.train.monitor;
  if (task == nullptr) return;
  std::vector<std::string> words = task->metrics;
  words.emplace_back("loss");
  if (monitor.empty()) monitor = words.front();
  rule(std::find(words.begin(), words.end(), monitor) != words.end(), {"train.monitor", "task"},
       fmt::format(
           "train.monitor is {}; allowed{}: {}{}", to_toml(to_value(monitor)),
           config_.task.type == Config().task.type ? "" : " with task " + to_toml(to_value(task->name)),
           fmt::join(words, " | "), did_you_mean(monitor, words)));
}

void ConfigReader::check_rules() {
  if (incomplete_) return;
  check_data_rules();
  check_model_rules();
  check_train_rules();
}

}  // namespace orochi
