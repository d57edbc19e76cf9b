#include <algorithm>
#include <orochi/error.hpp>
#include <orochi/layer.hpp>
#include <orochi/ops.hpp>
#include <string>

#include "core/layer_scope.hpp"

namespace orochi {
namespace {

std::string shape_text(Index rows, Index cols) {
  return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
}

/// A layer whose results have the shape of its role and bear its name.
class NamedLayer : public Layer {
 public:
  NamedLayer(std::string name, Role role, std::unique_ptr<Layer> layer)
      : name_(std::move(name)), role_(role), layer_(std::move(layer)) {}
  Var forward(Var x, const Batch& batch) const override {
    const LayerScope scope(x.tape(), name_);
    return checked(layer_->forward(x, batch), x, batch);
  }
  Var forward_onto(Var rows, double p, std::uint32_t site, Var x, const Batch& batch) const override {
    const LayerScope scope(x.tape(), name_);
    return checked(layer_->forward_onto(rows, p, site, x, batch), x, batch);
  }
  const Layer& plain() const override { return layer_->plain(); }

 private:
  Var checked(Var y, Var x, const Batch& batch) const {
    const Index rows = role_ == Role::pooling ? batch.num_sequences() : x.rows();
    if (role_ != Role::input && (y.rows() != rows || y.cols() != x.cols()))
      throw failure("the layer \"" + name_ + "\", of role " + role_name(role_) + ", makes " +
                    shape_text(y.rows(), y.cols()) + " of " + shape_text(x.rows(), x.cols()) + " where " +
                    shape_text(rows, x.cols()) + " is expected");
    return y;
  }

  std::string name_;
  Role role_;
  std::unique_ptr<Layer> layer_;
};

}  // namespace

Layer::~Layer() = default;

Var Layer::forward_onto(Var rows, double p, std::uint32_t site, Var x, const Batch& batch) const {
  return add(rows, dropout(forward(x, batch), p, site, batch));
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

Builder::Builder(const Config& config, InputShape input, const Layers& layers, Parameters& parameters)
    : config_(config),
      input_(input),
      layers_(layers),
      parameters_(parameters),
      width_(config.model.d_model) {}
Builder::~Builder() = default;

std::string Builder::full(const std::string& name) const {
  return prefix_.empty() ? name : prefix_ + "." + name;
}

Settings Builder::settings() const {
  const auto given = config_.layer.find(registered_);
  const LayerEntry* entry = layers_.find(registered_);
  return Settings(registered_, entry == nullptr ? std::span<const Option>() : entry->options,
                  given == config_.layer.end() ? Options() : given->second);
}

Index Builder::integer(const std::string& name) const { return settings().integer(name); }
double Builder::number(const std::string& name) const { return settings().number(name); }
bool Builder::flag(const std::string& name) const { return settings().flag(name); }
std::string Builder::word(const std::string& name) const { return settings().word(name); }

Parameter Builder::weight(const std::string& name, Index rows, Index cols, Init init) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {rows, cols}, init, Decay::yes, GradientKind::dense);
}

Parameter Builder::vector(const std::string& name, Index n, Init init) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {n}, init, Decay::no, GradientKind::dense);
}

Parameter Builder::embedding(const std::string& name, Index rows, Index cols, Init init,
                             GradientKind gradient) {
  const std::string names[] = {full(name)};
  return parameters_.add(names, {rows, cols}, init, Decay::no, gradient);
}

Parameter Builder::fused(const std::vector<std::string>& names, Index rows, Index cols, Init init) {
  std::vector<std::string> all;
  all.reserve(names.size());
  for (const std::string& name : names) all.push_back(full(name));
  if (cols == 0) return parameters_.add(all, {rows}, init, Decay::no, GradientKind::dense);
  return parameters_.add(all, {rows, cols}, init, Decay::yes, GradientKind::dense);
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
  std::swap(prefix_, outer_prefix);
  std::swap(registered_, outer_registered);
  const Index outer_width = width_;
  if (width > 0) width_ = width;
  auto result = std::make_unique<NamedLayer>(prefix_, entry->role, entry->make(*this));
  --depth_;
  width_ = outer_width;
  std::swap(prefix_, outer_prefix);
  std::swap(registered_, outer_registered);
  return result;
}

std::uint32_t Builder::random_sites(Index count) {
  const std::uint32_t first = next_site_;
  next_site_ += static_cast<std::uint32_t>(count);
  return first;
}

std::shared_ptr<const PlaceTable> Builder::places(const std::string& kind, Index width,
                                                  PlaceTable::Make make) {
  std::shared_ptr<const PlaceTable>& table = places_[kind + ", " + std::to_string(width)];
  if (table == nullptr) table = std::make_shared<PlaceTable>(input_.max_length, width, std::move(make));
  return table;
}

}  // namespace orochi
