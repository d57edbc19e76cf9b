// What bf16 leaves in fp32.
#include <fmt/format.h>

#include "core/packed_weights.hpp"
#include "io/config_keys.hpp"
#include "layers/attention_heads.hpp"
#include "run/memory_estimate.hpp"

namespace orochi {
namespace {

/// What [model] says of the block that a parameter is of.
ModelConfig model_at(const std::string& name, const ModelConfig& model) {
  for (std::size_t i = 0; i < model.block.size(); ++i)
    if (name.starts_with(fmt::format("encoder.{}.", i))) return block_model(model, model.block[i].options);
  return model;
}

}  // namespace

std::string precision_note(const Parameters& parameters, const ModelConfig& model) {
  Index products = 0, single = 0;
  std::string first;  // that stays fp32
  const auto count = [&](bool is_bf16, const std::string& text) {
    ++products;
    if (!is_bf16 && ++single == 1) first = text;
  };
  // One product for each weight, and one for each attention over its heads.
  Index counted = -1;  // a fused parameter has several views
  for (const ParameterView& view : parameters.views()) {
    const Parameters::Entry& entry = parameters.entries()[static_cast<std::size_t>(view.parameter)];
    const bool of_the_data = view.name == "head.weight" || view.name == "input.weight";
    if (view.parameter == counted || of_the_data || !is_product_weight(entry)) continue;
    counted = view.parameter;
    const Index out = entry.size / entry.cols, in = entry.cols;
    count(fits_bf16(out, in), fmt::format("{} [{}, {}]", view.name, out, in));
    if (!view.name.ends_with("query.weight")) continue;
    const Index head_dim = view.shape[0] / model_at(view.name, model).num_heads;
    count(head_fits_bf16(head_dim), fmt::format("attention over heads of {} columns", head_dim));
  }
  if (single == 0) return "";
  return fmt::format(
      "train.precision is \"bf16\", but {} of {} products stay fp32, such as {}: "
      "bf16 takes multiples of 16, and heads of at most 64 columns",
      single, products, first);
}

}  // namespace orochi
