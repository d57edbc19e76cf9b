#include "train/rates.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "core/name_prefix.hpp"
#include "io/suggest.hpp"
#include "layers/linear_model.hpp"

namespace orochi {
namespace {

bool is_part_of(std::string_view name, std::initializer_list<const char*> parts) {
  return std::ranges::any_of(parts, [&](const char* part) { return begins_with_part(name, part); });
}

/// What it is from the head down: 0 behind the blocks, 1 for the last block, one more for each before it and
/// for all that is before the blocks (Clark et al. 2020, ELECTRA).
Index depth_below_head(std::string_view name, Index num_blocks) {
  constexpr std::string_view blocks = "encoder.";
  if (is_part_of(name, {"norm", "pooling", "head"})) return 0;
  if (!name.starts_with(blocks)) return num_blocks + 1;
  Index block = 0;
  std::from_chars(name.data() + blocks.size(), name.data() + name.size(), block);
  return num_blocks - block;
}

double rate_of(const ParameterView& view, Index num_blocks, const TrainConfig& config) {
  const auto is_part = [&](const std::string& prefix) { return begins_with_part(view.name, prefix); };
  if (std::ranges::any_of(config.freeze, is_part) || is_of_linear_model(view.name)) return 0;
  if (config.head_learning_rate > 0 && is_part_of(view.name, {"pooling", "head"}))
    return config.head_learning_rate / config.learning_rate;
  const auto depth = static_cast<double>(depth_below_head(view.name, num_blocks));
  return std::max(std::pow(config.layer_decay, depth), std::numeric_limits<double>::min());  // 0 is frozen
}

/// The three beginnings of names that are most like `prefix`.
std::vector<std::string> nearest_prefixes(std::string_view prefix, const Parameters& parameters) {
  std::set<std::string> all;
  for (const ParameterView& view : parameters.views()) {
    for (std::size_t dot = view.name.find('.'); dot != std::string::npos; dot = view.name.find('.', dot + 1))
      all.insert(view.name.substr(0, dot));
    all.insert(view.name);
  }
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& name : all) ranked.emplace_back(edit_distance(prefix, name), name);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, ranked.size()); ++i)
    nearest.push_back(ranked[i].second);
  return nearest;
}

void check_freeze(const Parameters& parameters, const TrainConfig& config) {
  for (const std::string& prefix : config.freeze) {
    const auto begins = [&](const ParameterView& view) { return begins_with_part(view.name, prefix); };
    if (std::ranges::any_of(parameters.views(), begins)) continue;
    throw OptionError("train.freeze",
                      fmt::format("train.freeze has \"{}\", but no parameter's name begins so; the nearest "
                                  "names are: \"{}\"",
                                  prefix, fmt::join(nearest_prefixes(prefix, parameters), "\", \"")));
  }
}

}  // namespace

Classifier& with_rates(Classifier& model, const TrainConfig& config) {
  Parameters& parameters = model.parameters();
  check_freeze(parameters, config);
  std::vector<double> rates;
  for (const ParameterView& view : parameters.views())
    rates.push_back(rate_of(view, model.num_blocks(), config));
  parameters.set_rates(rates);
  if (trained_count(parameters) == 0)
    throw OptionError("train.freeze",
                      "train.freeze names all parameters of the model; leave out what is to be "
                      "trained, such as \"head\"");
  return model;
}

Index frozen_blocks(const Classifier& model) {
  Index trained = 0;
  for (const ParameterView& view : model.parameters().views())
    if (view.rate > 0) trained = std::max(trained, depth_below_head(view.name, model.num_blocks()));
  return std::max<Index>(0, model.num_blocks() - trained);
}

std::string trained_before_frozen(const Classifier& model) {
  std::string before;
  for (const ParameterView& view : model.parameters().views()) {
    if (view.rate == 0) continue;
    const Index depth = depth_below_head(view.name, model.num_blocks());
    if (depth == model.num_blocks()) return "";
    if (depth > model.num_blocks() && before.empty()) before = view.name;
  }
  return before;
}

Index trained_count(const Parameters& parameters) {
  Index count = 0;
  for (const ParameterView& view : parameters.views())
    if (view.rate > 0) count += view.size;
  return count;
}

}  // namespace orochi
