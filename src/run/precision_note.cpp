// What bf16 leaves in fp32.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/packed_weights.hpp"
#include "io/config_keys.hpp"
#include "layers/attention_heads.hpp"
#include "run/memory_estimate.hpp"

namespace orochi {
namespace {

struct Products {
  Index all = 0, single = 0;
  std::string first;  // that stays fp32

  void add(bool bf16, const std::string& text) {
    ++all;
    if (bf16) return;
    if (++single == 1) first = text;
  }
};

/// What [model] says of the block that a parameter is of.
ModelConfig model_at(const std::string& name, const ModelConfig& model) {
  for (std::size_t i = 0; i < model.block.size(); ++i)
    if (name.starts_with(fmt::format("encoder.{}.", i))) return block_model(model, model.block[i].options);
  return model;
}

/// One product for each weight, and one for each attention over its heads.
Products count_products(const Parameters& parameters, const ModelConfig& model) {
  Products products;
  Index counted = -1;  // a fused parameter has several views
  for (const ParameterView& view : parameters.views()) {
    const Parameters::Entry& entry = parameters.entries()[static_cast<std::size_t>(view.parameter)];
    const bool of_the_data = view.name == "head.weight" || view.name == "input.weight";
    if (view.parameter == counted || of_the_data || !is_product_weight(entry)) continue;
    counted = view.parameter;
    const Index out = entry.size / entry.cols, in = entry.cols;
    products.add(fits_bf16(out, in), fmt::format("{} [{}, {}]", view.name, out, in));
    if (!view.name.ends_with("query.weight")) continue;
    const Index head_dim = view.shape[0] / model_at(view.name, model).num_heads;
    products.add(head_fits_bf16(head_dim), fmt::format("attention over heads of {} columns", head_dim));
  }
  return products;
}

/// The keys that make widths which do not fit.
std::vector<std::string> keys_to_change(const ModelConfig& model) {
  const Index d_model = model.d_model;
  const Index hidden = model.dim_feedforward > 0 ? model.dim_feedforward : 4 * d_model;
  const Index head_dim = model.head_dim > 0 ? model.head_dim : d_model / model.num_heads;
  std::vector<std::string> keys;
  if (d_model % 16 != 0) keys.push_back(fmt::format("model.d_model ({})", d_model));
  if (hidden % 16 != 0) keys.push_back(fmt::format("model.dim_feedforward ({})", hidden));
  if (!head_fits_bf16(head_dim))
    keys.push_back(fmt::format("model.num_heads or model.head_dim ({})", head_dim));
  return keys;
}

}  // namespace

std::string precision_note(const Parameters& parameters, const ModelConfig& model) {
  const Products products = count_products(parameters, model);
  if (products.single == 0) return "";
  const std::vector<std::string> keys = keys_to_change(model);
  return fmt::format(
      "train.precision is \"bf16\", but {} of {} products stay fp32, such as {}: bf16 takes widths that are "
      "multiples of 16, and heads of at most 64 columns; change {}",
      products.single, products.all, products.first,
      keys.empty() ? "that layer's widths" : fmt::format("{}", fmt::join(keys, ", ")));
}

}  // namespace orochi
