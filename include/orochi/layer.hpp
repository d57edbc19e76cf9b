// Layers: const objects that hold handles of parameters and no state of a batch; and their registry.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/place_table.hpp>
#include <orochi/registry.hpp>
#include <orochi/tape.hpp>

// Not the namespace's attribute: clang forgets it where a function is defined.
#pragma GCC visibility push(default)
namespace orochi {

class Layers;

/// Base of every layer. One object serves every lane at once.
class Layer {
 public:
  Layer() = default;
  virtual ~Layer();
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// x [N, C] -> [N, C'] or, for a pooling, [B, C]. Operations record their own way back.
  virtual Var forward(Var x, const Batch& batch) const = 0;

  /// rows + dropout(forward(x)): [N, C]. A layer that ends in a product may do it in one go.
  virtual Var forward_onto(Var rows, double dropout, std::uint32_t site, Var x, const Batch& batch) const;

  /// The layer itself where a Builder has put a name around it: for who asks what it is.
  virtual const Layer& plain() const { return *this; }
};

/// What a layer's place in a model is, hence what shapes it maps.
enum class Role {
  input,    // the batch -> [N, C]; x is [N, 0] for tokens, [N, channels] for numeric rows
  rows,     // [N, C] -> [N, C]
  pooling,  // [N, C] -> [B, C]
};
const char* role_name(Role role);

/// What the sequences look like that a model will see.
struct InputShape {
  Index vocab_size = 0;  // V; 0 for numeric rows
  Index channels = 0;    // 0 for tokens
  Index max_length = 0;  // rows of the longest sequence
};

/// Handed to a layer's constructor: its options, its parameters, its children.
class Builder {
 public:
  Builder(const Config& config, InputShape input, const Layers& layers, Parameters& parameters);
  ~Builder();

  const ModelConfig& model() const { return config_.model; }
  const InputShape& input() const { return input_; }
  Index width() const { return width_; }  // C: columns of the rows that come in

  /// What the names of this layer's parameters begin with: encoder.0.attention; empty for the model.
  const std::string& name() const { return prefix_; }
  /// This layer's option from [layer.NAME], or the default it was registered with.
  Index integer(const std::string& option) const;
  double number(const std::string& option) const;
  bool flag(const std::string& option) const;
  std::string word(const std::string& option) const;

  /// A weight [rows, cols], stored [out, in]; decays. Its full name is this layer's name, a dot, `name`.
  Parameter weight(const std::string& name, Index rows, Index cols, Init init = Init::xavier_uniform());
  /// A vector [n]: biases and norms; does not decay.
  Parameter vector(const std::string& name, Index n, Init init = Init::zeros());
  /// A table [rows, cols] of which a step touches few rows; does not decay.
  Parameter embedding(const std::string& name, Index rows, Index cols, Init init, GradientKind gradient);
  /// Several weights (or vectors, cols = 0) of one shape, one after another in memory, used as one [sum,
  /// cols].
  Parameter fused(const std::vector<std::string>& names, Index rows, Index cols, Init init);

  /// A registered layer as a child: its parameters are named this.NAME....; `width` 0: as this one's.
  std::unique_ptr<Layer> layer(const std::string& name, const std::string& registered, Index width = 0);
  /// Numbers for `dropout` and the like: `count` of them from the returned one on, unique in the model.
  std::uint32_t random_sites(Index count = 1);

  /// A table [max_length, width] that is no parameter: one for all layers of the model that ask for `kind`,
  /// as long as the longest sequence so far, and counted where memory is estimated.
  std::shared_ptr<const PlaceTable> places(const std::string& kind, Index width, PlaceTable::Make make);
  /// All of them, by kind.
  using PlaceTables = std::map<std::string, std::shared_ptr<const PlaceTable>>;
  const PlaceTables& place_tables() const { return places_; }

 private:
  std::string full(const std::string& name) const;
  Settings settings() const;

  const Config& config_;
  InputShape input_;
  const Layers& layers_;
  Parameters& parameters_;
  std::string prefix_, registered_;
  Index width_ = 0, depth_ = 0;
  std::uint32_t next_site_ = 0;
  PlaceTables places_;
};

/// A setting under which a layer's gradient is checked.
struct LayerExample {
  std::string label;                    // shown beside the layer's name
  std::function<void(Config&)> change;  // from a small default configuration
};

/// A registered layer: the name a config uses, what it is, how to make it.
struct LayerEntry {
  std::string name;
  Role role = Role::rows;
  std::string summary;  // one line
  std::function<std::unique_ptr<Layer>(Builder&)> make;
  std::vector<Option> options = {};         // keys of [layer.NAME]
  std::vector<LayerExample> examples = {};  // besides the default one
};

/// The layers that a program knows.
class Layers : public Registry<LayerEntry> {
 public:
  Layers() { check_abi(Abi{}); }

  using Registry::add;
  /// Adds a class whose constructor takes a Builder&.
  template <class T>
  void add(std::string name, Role role, std::string summary, std::vector<Option> options = {},
           std::vector<LayerExample> examples = {}) {
    add({std::move(name), role, std::move(summary),
         [](Builder& builder) { return std::make_unique<T>(builder); }, std::move(options),
         std::move(examples)});
  }

 private:
  static void check_abi(Abi);  // a symbol that only a library of this scalar and version has
};

/// Every layer that comes with Orochi.
Layers builtin_layers();

}  // namespace orochi
#pragma GCC visibility pop
