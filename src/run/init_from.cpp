#include "run/init_from.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "inference/model_file.hpp"
#include "model/copy_parameters.hpp"
#include "run/run_setup.hpp"

namespace orochi {
namespace {

/// Rows that a pooling puts before each sequence, which positions count.
Index rows_before(const ModelConfig& model, const Layers& layers) {
  const LayerEntry* pooling = layers.find(model.pooling);
  return pooling == nullptr || pooling->before.empty() ? 0 : 1;
}

/// A table of positions is no longer than it is.
void check_positions(const std::string& checkpoint, const Config& config, Index rows) {
  for (const TensorSlot& slot : CheckpointReader(checkpoint).slots("parameters"))
    if (const Index most = slot.shape.front() - rows;
        slot.name == "positions.weight" && most < config.data.max_length)
      throw OptionError(
          "data.max_length",
          fmt::format("data.max_length is {}, but {} has positions for {}; allowed: at most those",
                      config.data.max_length, checkpoint, most));
}

/// What may differ under the same weights.
void allow_changes(const Config& config, Config& expected) {
  expected.model.init_from = config.model.init_from;
  expected.model.pooling = config.model.pooling;
  expected.model.dropout = config.model.dropout;
  expected.model.attention_dropout = config.model.attention_dropout;
  if (const auto options = config.layer.find(config.model.pooling); options != config.layer.end())
    expected.layer[config.model.pooling] = options->second;
}

}  // namespace

Config read_config_over(const std::string& checkpoint, const std::string& path,
                        std::span<const std::string> overrides, const Extensions& extensions) {
  const std::vector<ComponentSchema> schemas = component_schemas(extensions);
  Config encoder =
      parse_saved_config(CheckpointReader(checkpoint).header().config, checkpoint + ":/config", schemas);
  encoder.data =  // what files a tokenizer was read from
      rebase_paths(encoder.data, extensions.tokenizers, folder_of(checkpoint), folder_of(path));
  Config defaults;
  const auto take = [&](Config& config) {
    config.model = encoder.model;
    config.layer = encoder.layer;
    config.data.tokenizer = encoder.data.tokenizer;
  };
  take(defaults);
  defaults.data.special_tokens = encoder.data.special_tokens;
  defaults.data.max_length = std::min(defaults.data.max_length, encoder.data.max_length);
  const Config config = read_config(path, overrides, schemas, defaults);
  Config expected = config;
  take(expected);
  allow_changes(config, expected);
  std::string refused;
  for (const ConfigChange& change : compare_configs(expected, config))
    refused += "\n  " + change.key + ": " + change.before + " -> " + change.after;
  if (!refused.empty())
    throw usage_error(fmt::format(
        "{}: model.init_from names {}, which is another encoder than the configuration asks for:{}\nleave "
        "these keys "
        "out; of [model] and the tokenizer only pooling, dropout and attention_dropout may be others",
        path, checkpoint, refused));
  const bool has_pooling = extensions.tasks.make(encoder.task)->level() == Level::sequence;
  const Index rows = has_pooling ? rows_before(encoder.model, extensions.layers) : 0;
  if (rows_before(config.model, extensions.layers) != rows)
    throw usage_error(fmt::format(
        "{}: model.pooling is \"{}\", but {} was trained {}: one puts a row before each sequence, "
        "and the positions of the other count without it; choose a pooling of the same kind",
        path, config.model.pooling, checkpoint,
        has_pooling ? fmt::format("with \"{}\"", encoder.model.pooling) : "without one"));
  with_location(path, overrides, extensions, [&] { check_positions(checkpoint, config, rows); });
  return config;
}

std::vector<std::string> take_encoder(const Model& encoder, Model& model) {
  const auto is_of_head = [](std::string_view name) { return name.starts_with("head."); };
  const std::vector<std::string> left =
      copy_parameters(encoder.classifier->parameters(), model.classifier->parameters(),
                      {.without = is_of_head, .cuts = true});
  std::vector<std::string> missing;
  for (const std::string& name : left)
    if (!is_of_head(name) && !name.starts_with("mask.") && !name.starts_with("pooling.") &&
        name != "embedding.segment")
      missing.push_back(name);
  if (!missing.empty())
    throw usage_error(
        fmt::format("model.init_from: the checkpoint has no {} that fits; train it again, or leave "
                    "model.init_from out",
                    fmt::join(missing, ", ")));
  return left;
}

}  // namespace orochi
