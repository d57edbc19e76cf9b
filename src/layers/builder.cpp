#include <algorithm>
#include <string>
#include <utility>

#include <orochi/error.hpp>
#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

#include "core/layer_scope.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

/// A layer whose results have the shape of its role and bear its name.
class NamedLayer : public Layer {
 public:
  NamedLayer(std::string name, Role role, Index cols, std::unique_ptr<Layer> layer)
      : name_(std::move(name)), role_(role), cols_(cols), layer_(std::move(layer)) {}
  Rows forward(const Rows& x) const override {
    const LayerScope scope(x.tape(), name_);
    return checked(layer_->forward(x), x);
  }
  Rows forward_residual(const Rows& x, Var residual, double p, std::uint32_t stream) const override {
    const LayerScope scope(x.tape(), name_);
    return checked(layer_->forward_residual(x, residual, p, stream), x);
  }
  const Elementwise* elementwise() const override { return layer_->elementwise(); }

 private:
  Rows checked(const Rows& y, const Rows& x) const {
    const Index sequences = x.batch.num_sequences(),
                rows = role_ == Role::pooling ? sequences : y.batch.num_rows();
    if (y.batch.num_sequences() != sequences || y.batch.num_rows() != rows)
      refuse(std::to_string(y.batch.num_rows()) + " rows in " + std::to_string(y.batch.num_sequences()) +
                 " sequences",
             x, std::to_string(rows) + " rows in " + std::to_string(sequences));
    if (y.values.rows() != rows || y.values.cols() != cols_)
      refuse(shape_text(y.values), x, shape_text(rows, cols_));
    return y;
  }
  [[noreturn]] void refuse(const std::string& made, const Rows& x, const std::string& expected) const {
    throw failure("the layer \"" + name_ + "\", of role " + role_name(role_) + ", makes " + made + " of " +
                  shape_text(x.values) + " where " + expected + " is expected");
  }

  std::string name_;
  Role role_;
  Index cols_;  // of its result
  std::unique_ptr<Layer> layer_;
};

}  // namespace

Layer::~Layer() = default;

Rows Layer::forward_residual(const Rows& x, Var residual, double p, std::uint32_t stream) const {
  const Rows y = forward(x);
  return y.with(add(residual, dropout(y.values, p, stream, y.batch)));
}

const char* role_name(Role role) {
  switch (role) {
    case Role::input:
      return "input";
    case Role::rows:
      return "rows";
    case Role::pooling:
      return "pooling";
  }
  return "";
}

void Layers::check_abi(Abi) {}

Builder::Builder(const Config& config, InputShape input, const Layers& layers, Parameters& parameters,
                 std::string name)
    : layer_options_(config.layer),
      input_(input),
      layers_(layers),
      parameters_(parameters),
      model_(config.model),
      prefix_(std::move(name)),
      width_(config.model.d_model) {}
Builder::~Builder() = default;

std::string Builder::full(const std::string& name) const {
  return prefix_.empty() || name.empty() ? prefix_ + name : prefix_ + "." + name;
}

Settings Builder::settings() const {
  const LayerEntry* entry = layers_.find(registered_);
  const std::span<const Option> options = entry == nullptr ? std::span<const Option>() : entry->options;
  Options given;  // of a block's table: without the keys of [model] in it
  for (const Option& option : options)
    if (const auto found = options_.find(option.name); found != options_.end()) given.insert(*found);
  if (const auto found = layer_options_.find(registered_); found != layer_options_.end())
    given.insert(found->second.begin(), found->second.end());
  return Settings(registered_, options, given);
}

Index Builder::integer(const std::string& name) const { return settings().integer(name); }
double Builder::number(const std::string& name) const { return settings().number(name); }
bool Builder::flag(const std::string& name) const { return settings().flag(name); }
std::string Builder::word(const std::string& name) const { return settings().word(name); }

Parameter Builder::weight(const std::string& name, Index rows, Index cols, Init init) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {rows, cols}, init, Use::product);
}

Parameter Builder::vector(const std::string& name, Index n, Init init) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {n}, init, Use::vector);
}

Parameter Builder::embedding(const std::string& name, Index rows, Index cols, Init init, Use use) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {rows, cols}, init, use);
}

Parameter Builder::find(const std::string& name) const { return parameters_.find(full(name)); }

Parameter Builder::fused(const std::vector<std::string>& names, Index rows, Index cols, Init init) {
  std::vector<std::string> all;
  all.reserve(names.size());
  for (const std::string& name : names) all.push_back(full(name));
  if (cols == 0) return parameters_.add(all, {rows}, init, Use::vector);
  return parameters_.add(all, {rows, cols}, init, Use::product);
}

std::unique_ptr<Layer> Builder::layer(const std::string& name, const Component& component,
                                      const ModelConfig& model, Index width) {
  ModelConfig outer_model = model;
  std::swap(model_, outer_model);
  next_options_ = component.options;
  std::unique_ptr<Layer> result = layer(name, component.type, width);
  std::swap(model_, outer_model);
  return result;
}

std::unique_ptr<Layer> Builder::layer(const std::string& name, const std::string& registered, Index width) {
  const LayerEntry* entry = layers_.find(registered);
  if (entry == nullptr) throw usage_error("no layer is registered under the name \"" + registered + "\"");
  constexpr Index deepest = 8;
  if (depth_ == deepest)
    throw usage_error("layers lie more than " + std::to_string(deepest) + " deep in each other at \"" +
                      full(name) +
                      "\": a key of [model] puts a layer into itself, as norm = \"encoder_layer\" does");
  ++depth_;
  std::string outer_prefix = full(name), outer_registered = registered;
  Options outer_options = std::exchange(next_options_, {});
  std::swap(options_, outer_options);
  std::swap(prefix_, outer_prefix);
  std::swap(registered_, outer_registered);
  const Index outer_width = width_, outer_own_width = std::exchange(own_width_, 0);
  if (width > 0) width_ = width;
  std::unique_ptr<Layer> made = entry->make(*this);
  child_width_ = own_width_ > 0 ? own_width_ : width_;
  auto result = std::make_unique<NamedLayer>(prefix_, entry->role, child_width_, std::move(made));
  --depth_;
  width_ = outer_width;
  own_width_ = outer_own_width;
  std::swap(prefix_, outer_prefix);
  std::swap(registered_, outer_registered);
  std::swap(options_, outer_options);
  return result;
}

std::uint32_t Builder::random_streams(Index count) {
  const std::uint32_t first = next_stream_;
  next_stream_ += static_cast<std::uint32_t>(count);
  return first;
}

std::shared_ptr<const PositionTable> Builder::position_table(const std::string& kind, Index width,
                                                             PositionTable::Make make) {
  std::shared_ptr<const PositionTable>& table =
      position_tables_[kind + ", " + std::to_string(width) + ", " + std::to_string(input_.max_length)];
  if (table == nullptr) table = std::make_shared<PositionTable>(input_.max_length, width, std::move(make));
  return table;
}

}  // namespace orochi
