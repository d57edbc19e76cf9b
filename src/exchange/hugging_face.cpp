#include "exchange/hugging_face.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"
#include "exchange/families.hpp"
#include "exchange/folder_files.hpp"
#include "io/safetensors.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// One folder, taken apart.
class EncoderFolder {
 public:
  EncoderFolder(const std::string& folder, const Extensions& extensions, std::vector<std::string>& notes)
      : folder_(folder),
        path_(folder + "/config.json"),
        config_(read_json(path_)),
        family_(find_family(config_, path_)),
        file_(weights_path()),
        extensions_(extensions),
        notes_(notes) {}

  Model model() {
    find_prefix();
    refuse_variants();
    Config config;
    take_sizes(config);
    config.model.pooling = read_pooling(folder_, has("pooling.weight") ? "pooler" : "mean");
    Preprocessing preprocessing;
    preprocessing.tokenizer = read_tokenizer(folder_, family_, extensions_.tokenizers, config.data);
    const Index rows = shape_of("positions.weight").front();
    config.data.max_length = rows - skipped_positions();
    if (const Index segments = has("embedding.segment") ? shape_of("embedding.segment").front() : 0;
        segments > 0)
      config.layer["token_embedding"]["segments"] = segments;
    // config.json's sizes are its word alone: no more is built than the file has numbers for.
    Index numbers = 0;
    for (const auto& [name, tensor] : file_.tensors()) numbers += tensor.count;
    const auto build = [&] {
      try {
        return Model(std::move(config), std::move(preprocessing), nullptr, extensions_, numbers);
      } catch (const Error& error) {
        throw Error(error.code(), path_ + ": " + error.what());
      }
    };
    Model model = build();
    fill(model.classifier->parameters());
    note_modules(folder_, notes_);
    return model;
  }

 private:
  std::string weights_path() const {
    const std::string path = folder_ + "/model.safetensors";
    if (!is_there(path) && is_there(folder_ + "/pytorch_model.bin"))
      throw usage_error(
          fmt::format("{}: is missing, and pytorch_model.bin is a program's memory, not only numbers; "
                      "convert it with model.save_pretrained({}, safe_serialization=True)",
                      path, quote(folder_)));
    return path;
  }

  void find_prefix() {
    for (const char* prefix : family_.prefixes) {
      prefix_ = prefix;
      if (has("embedding.weight")) return;
    }
    throw usage_error(
        fmt::format("{}: no tensor is called {}; expected those of a {} encoder", weights_path(),
                    quote(family_.prefixes.back() + their_name(family_, "embedding.weight")), family_.type));
  }

  /// What has the same tensors and computes something else.
  void refuse_variants() const {
    const auto refuse = [&](const char* key, const std::string& expected) {
      throw usage_error(
          fmt::format("{}: {} is {}; expected {}", path_, key, text_of(config_.at(key)), expected));
    };
    if (config_.value("position_embedding_type", json("absolute")) != "absolute")
      refuse("position_embedding_type", "\"absolute\"");
    for (const char* key : {"is_decoder", "add_cross_attention"})
      if (config_.value(key, json(false)) == true) refuse(key, "false");
  }

  std::string theirs(const std::string& ours) const {
    std::string name = prefix_ + their_name(family_, ours);
    if (file_.tensors().contains(name)) return name;
    // Old files call a norm's weight gamma and its bias beta.
    const auto renamed = [&](std::string_view from, const char* to) {
      return name.ends_with(from) ? name.substr(0, name.size() - from.size()) + to : name;
    };
    for (const std::string& other :
         {renamed("LayerNorm.weight", "LayerNorm.gamma"), renamed("LayerNorm.bias", "LayerNorm.beta")})
      if (file_.tensors().contains(other)) return other;
    return name;
  }
  bool has(const std::string& ours) const {
    return !their_name(family_, ours).empty() && file_.tensors().contains(theirs(ours));
  }
  const std::vector<Index>& shape_of(const std::string& ours) const {
    const auto found = file_.tensors().find(theirs(ours));
    if (found == file_.tensors().end() || found->second.shape.empty())
      throw usage_error(fmt::format("{}: no tensor is called {}", weights_path(), quote(theirs(ours))));
    return found->second.shape;
  }
  /// Rows at the head of the table of positions, of padding.
  Index skipped_positions() const {
    if (!family_.skips_positions) return 0;
    Index padding = 1;
    take("pad_token_id", padding);
    const Index rows = shape_of("positions.weight").front();
    if (padding < 0 || padding >= rows - 1)
      throw usage_error(
          fmt::format("{}: pad_token_id is {}; expected 0 to {}, as the table of positions has {} rows",
                      path_, padding, rows - 2, rows));
    return padding + 1;
  }

  /// Of config.json; what it does not say stays.
  template <class Value>
  void take(const std::string& theirs, Value& value) const {
    const auto found = config_.find(theirs);
    if (found == config_.end()) return;
    const bool fits = std::is_same_v<Value, std::string> ? found->is_string()
                      : std::is_same_v<Value, Index>     ? found->is_number_integer()
                                                         : found->is_number();
    if (!fits)
      throw usage_error(fmt::format("{}: {} is {}; expected {}", path_, theirs, text_of(*found),
                                    std::is_same_v<Value, std::string> ? "a name"
                                    : std::is_same_v<Value, Index>     ? "an integer"
                                                                       : "a number"));
    value = found->get<Value>();
  }
  template <class Value>
  void take_size(const char* ours, Value& value) const {
    if (const auto theirs = family_.sizes.find(ours); theirs != family_.sizes.end())
      take(theirs->second, value);
  }
  /// No shape of a tensor would show that it is another.
  void take_required(const char* ours, Index& value) const {
    const std::string theirs = family_.sizes.at(ours);
    if (!config_.contains(theirs)) throw usage_error(fmt::format("{}: {} is missing", path_, theirs));
    take(theirs, value);
  }

  void take_sizes(Config& config) const {
    ModelConfig& model = config.model;
    model.norm_first = false;
    model.embedding_norm = true;
    model.layer_norm_eps = 1e-12;
    take_required("d_model", model.d_model);
    take_required("num_layers", model.num_layers);
    take_required("num_heads", model.num_heads);
    take_required("dim_feedforward", model.dim_feedforward);
    take_size("dropout", model.dropout);
    take_size("attention_dropout", model.attention_dropout);
    take_size("layer_norm_eps", model.layer_norm_eps);
    if (has("embedding_projection.weight")) take_size("embedding_dim", model.embedding_dim);
    std::string activation = "gelu";
    take_size("activation", activation);
    model.activation = activation_of(activation);
    if (model.activation.empty())
      throw usage_error(
          fmt::format("{}: the activation is {}; expected one of gelu, gelu_new, relu, silu, tanh", path_,
                      quote(activation)));
    check_sizes(model);
  }

  /// Model's own checks are of configs; these numbers are somebody else's.
  void check_sizes(const ModelConfig& model) const {
    constexpr Index most = 1 << 20;
    const auto is_size = [](Index size) { return size >= 1 && size <= most; };
    const auto is_share = [](double share) { return share >= 0 && share < 1; };
    if (!is_size(model.d_model) || !is_size(model.num_layers) || !is_size(model.num_heads) ||
        !is_size(model.dim_feedforward) || model.embedding_dim < 0 || model.embedding_dim > most ||
        model.d_model % model.num_heads != 0 || !is_share(model.dropout) ||
        !is_share(model.attention_dropout) || !(model.layer_norm_eps > 0 && model.layer_norm_eps < 1))
      throw usage_error(
          fmt::format("{}: its sizes are those of no encoder: width {}, {} layers of {} heads, {} in "
                      "the feed-forward, dropout {} and {}, layer_norm_eps {}",
                      path_, model.d_model, model.num_layers, model.num_heads, model.dim_feedforward,
                      model.dropout, model.attention_dropout, model.layer_norm_eps));
  }

  /// Our shape of a tensor in the file: a table may have rows that we have no use for.
  bool fits(const ParameterView& view, const std::vector<Index>& shape) const {
    if (view.name != "embedding.weight" && view.name != "positions.weight") return view.shape == shape;
    const Index first = view.name == "positions.weight" ? skipped_positions() : 0;
    return shape.size() == 2 && shape[1] == view.shape[1] && shape[0] >= first + view.shape[0];
  }

  void fill(Parameters& parameters) {
    std::set<std::string> used;
    std::string errors;
    std::vector<float> numbers;
    for (const ParameterView& view : parameters.views()) {
      const std::string name = theirs(view.name);
      const auto found = file_.tensors().find(name);
      if (found == file_.tensors().end() || !fits(view, found->second.shape)) {
        errors += fmt::format("\n  {}: {}; expected [{}]", name,
                              found == file_.tensors().end()
                                  ? "is missing"
                                  : fmt::format("[{}]", fmt::join(found->second.shape, ", ")),
                              fmt::join(view.shape, ", "));
        continue;
      }
      used.insert(name);
      numbers.resize(as_size(found->second.count));
      file_.read(name, std::span(numbers));
      const Index first = view.name == "positions.weight" ? skipped_positions() * view.shape.back() : 0;
      std::copy_n(numbers.begin() + first, view.size, parameters.data() + view.offset);
    }
    if (!errors.empty())
      throw usage_error(
          fmt::format("{}: not the tensors of config.json and the tokenizer:{}", weights_path(), errors));
    note_others(used);
  }

  void note_others(const std::set<std::string>& used) {
    std::vector<std::string> others;
    for (const auto& [name, tensor] : file_.tensors())
      if (!used.contains(name) && !name.ends_with("position_ids")) others.push_back(name);
    if (!others.empty())
      notes_.push_back(fmt::format("{} without a place in the encoder: {}",
                                   counted(std::ssize(others), "tensor"), fmt::join(others, ", ")));
  }

  std::string folder_, path_;
  json config_;
  Family family_;
  SafetensorsFile file_;
  std::string prefix_;
  const Extensions& extensions_;
  std::vector<std::string>& notes_;
};

}  // namespace

Model import_hugging_face(const std::string& folder, const Extensions& extensions,
                          std::vector<std::string>& notes) {
  return EncoderFolder(folder, extensions, notes).model();
}

}  // namespace orochi
