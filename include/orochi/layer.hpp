// Layers: const objects that hold handles of parameters and no state of a batch; and their registry.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/elementwise.hpp>
#include <orochi/position_table.hpp>
#include <orochi/registry.hpp>
#include <orochi/rows.hpp>

#pragma GCC visibility push(default)
namespace orochi {

class Layers;

/// Base of every layer. One object serves every shard at once.
class Layer {
 public:
  Layer() = default;
  virtual ~Layer();
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// x [N, C] -> [N, C]; a pooling -> [B, C]; it may also return another number of rows a sequence
  /// (Rows::with_lengths). Operations record their own backward pass.
  virtual Rows forward(const Rows& x) const = 0;

  /// residual + dropout(forward(x)): [N, C]. A layer that ends in a product may do it in one go.
  virtual Rows forward_residual(const Rows& x, Var residual, double dropout, std::uint32_t stream) const;

  /// The function of one number that this layer is, or null: a product before it applies it to its rows.
  virtual const Elementwise* elementwise() const { return nullptr; }
};

/// What a layer's role in a model is, hence what shapes it maps.
enum class Role {
  input,    // the batch -> [N, C]; x is [N, 0] for tokens, [N, channels] for numeric rows
  rows,     // [N, C] -> [N, C], or another number of rows a sequence
  pooling,  // [N, C] -> [B, C]: one row a sequence
};
const char* role_name(Role role);

/// What the sequences look like that a model will see.
struct InputShape {
  Index vocab_size = 0;       // V; 0 for numeric rows
  Index channels = 0;         // 0 for tokens
  Index max_length = 0;       // rows of the longest sequence
  Index num_texts = 1;        // S: texts of a sequence, as the batch's segments number them
  bool ties_head = false;     // the table of tokens is the head's weight, too
  Index text_features = 0;    // buckets of a text's n-grams, for a linear model of the texts; 0: none
  Index series_features = 0;  // about so many features of a series, for a linear model of it; 0: none
};

/// What a positions layer leaves to attention.
struct AttentionPositions {
  bool rotary = false;  // queries and keys are turned by their position (Rotary)
  bool alibi = false;   // scores fall with distance (AttentionOptions::alibi)
};

/// Handed to a layer's constructor: its options, its parameters, its children.
class Builder {
 public:
  /// `name`: what the names of all parameters begin with.
  Builder(const Config& config, InputShape input, const Layers& layers, Parameters& parameters,
          std::string name = {});
  ~Builder();

  const ModelConfig& model() const { return model_; }
  const InputShape& input() const { return input_; }
  /// By a layer that makes sequences longer: the rows that the longest one has from here on.
  void set_max_length(Index rows) { input_.max_length = rows; }
  Index width() const { return width_; }  // C: columns of the rows that come in
  /// By a layer whose rows have another number of columns than those that come in.
  void set_width(Index columns) { own_width_ = columns; }
  /// Columns of the rows of the child that was built last.
  Index child_width() const { return child_width_; }
  /// The positions layer, built before the blocks, writes this; a layer of attention reads it.
  AttentionPositions& attention_positions() { return attention_positions_; }

  /// What the names of this layer's parameters begin with: encoder.0.attention; empty for the model.
  const std::string& name() const { return prefix_; }
  /// This layer's option: its block's, else that of [layer.NAME], else the default it was registered with.
  Index integer(const std::string& option) const;
  double number(const std::string& option) const;     // likewise
  bool flag(const std::string& option) const;         // likewise
  std::string word(const std::string& option) const;  // likewise

  /// A weight [rows, cols], stored [out, in]; decays. Its full name is this layer's name, a dot, `name`; only
  /// this layer's name where `name` is empty.
  Parameter weight(const std::string& name, Index rows, Index cols, Init init = Init::xavier_uniform());
  /// A vector [n]: biases and norms; does not decay.
  Parameter vector(const std::string& name, Index n, Init init = Init::zeros());
  /// A table [rows, cols], Use::table or Use::lookup; does not decay.
  Parameter embedding(const std::string& name, Index rows, Index cols, Init init, Use use);
  /// Several weights (or vectors, cols = 0) of one shape, one after another in memory, used as one [sum,
  /// cols].
  Parameter fused(const std::vector<std::string>& names, Index rows, Index cols, Init init);

  /// This layer's parameter of that name, made before; id -1 where there is none.
  Parameter find(const std::string& name) const;

  /// A registered layer as a child: its parameters are named this.NAME....; `width` 0: as this one's.
  std::unique_ptr<Layer> layer(const std::string& name, const std::string& registered, Index width = 0);
  /// The same with options of its own; `model` is what it and its children see.
  std::unique_ptr<Layer> layer(const std::string& name, const Component& component, const ModelConfig& model,
                               Index width = 0);
  /// Numbers for `dropout` and the like: `count` of them from the returned one on, unique in the model.
  std::uint32_t random_streams(Index count = 1);

  /// A table [max_length, width] that is no parameter: one for all layers of the model that ask for `kind`,
  /// as long as the longest sequence so far, and counted where memory is estimated.
  std::shared_ptr<const PositionTable> position_table(const std::string& kind, Index width,
                                                      PositionTable::Make make);
  /// All of them, by kind.
  using PositionTables = std::map<std::string, std::shared_ptr<const PositionTable>>;
  const PositionTables& position_tables() const { return position_tables_; }

 private:
  std::string full(const std::string& name) const;
  Settings settings() const;

  std::map<std::string, Options> layer_options_;  // [layer.NAME]
  InputShape input_;
  const Layers& layers_;
  Parameters& parameters_;
  ModelConfig model_;
  std::string prefix_, registered_;
  Options options_, next_options_;  // of this instance, of the child that comes
  Index width_ = 0, own_width_ = 0, child_width_ = 0, depth_ = 0;
  std::uint32_t next_stream_ = 0;
  AttentionPositions attention_positions_;
  PositionTables position_tables_;
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
  std::string before = {};    // of a pooling: the layer that it needs between input and positions
  Index head_multiple = 1;    // of positions: what the width of a head must be a multiple of
  bool takes_tokens = false;  // of role input: the batch's tokens, not its numeric rows
  bool takes_first = false;   // of a pooling: a sequence's first row alone, which sees no other if causal
  bool keeps_apart = false;   // of rows: each is made of itself alone
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
  /// Adds a function of one number, which is also fused with a product before it.
  void add_activation(std::string name, std::string summary, Elementwise function);

 private:
  static void check_abi(Abi);  // a symbol that only a library of this scalar and version has
};

/// Every layer that comes with Orochi.
Layers builtin_layers();

}  // namespace orochi
#pragma GCC visibility pop
