// A model as a folder that transformers loads.
#include <list>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/as_size.hpp"
#include "core/choices.hpp"
#include "exchange/counterpart.hpp"
#include "exchange/hugging_face.hpp"
#include "exchange/model_numbers.hpp"
#include "exchange/tokenizer_files.hpp"
#include "io/new_folder.hpp"
#include "io/safetensors.hpp"
#include "io/whole_file.hpp"

namespace orochi {
namespace {

using Json = nlohmann::ordered_json;

/// The numbers as the file has them: the model's own, or others that are kept here.
struct Tensors {
  std::vector<SafetensorsTensor> all;
  std::list<std::vector<float>> made;

  void add(const std::string& name, std::vector<Index> shape, std::vector<float> numbers) {
    made.push_back(std::move(numbers));
    all.push_back({name, std::move(shape), made.back()});
  }
};

class Folder {
 public:
  Folder(const Model& model, const Family& family) : model_(model), family_(family) {
    model.preprocessing.tokenizer->save(tokenizer_);
    if (model.task != nullptr) model.task->save(task_);
  }

  Tensors tensors() const {
    Tensors result;
    for (const ParameterView& view : model_.classifier->parameters().views()) {
      const std::string name = exported_name(model_, family_, view.name);
      const std::span<const float> numbers = numbers_of(model_, view);
      if (view.name == "positions.weight")
        add_positions(result, name, view, numbers);
      else if (view.name.starts_with("head.") && task_.has("mean"))
        result.add(name, view.shape, unscaled(view, numbers));
      else
        result.all.push_back({name, view.shape, numbers});
    }
    if (segments() > 0 && find_view(model_, "embedding.segment") == nullptr) {
      const Index columns = find_view(model_, "embedding.weight")->shape.back();
      result.add(exported_name(model_, family_, "embedding.segment"), {segments(), columns},
                 std::vector<float>(as_size(segments() * columns)));
    }
    return result;
  }

  TextFiles files() const {
    TextFiles result = tokenizer_files(model_, family_, segments() > 1);
    result["config.json"] = config().dump(2) + "\n";
    if (model_.task == nullptr && find_view(model_, "pooling.weight") == nullptr) {
      Json modes{{"word_embedding_dimension", model_.config.model.d_model}};
      for (const auto& [ours, theirs] : pooling_modes()) modes[theirs] = model_.config.model.pooling == ours;
      result["1_Pooling/config.json"] = modes.dump(2) + "\n";
    }
    return result;
  }

  std::vector<std::string> notes() const {
    const DataConfig& data = model_.config.data;
    std::vector<std::string> result;
    const auto cut = [&](const char* as) {
      result.push_back(
          fmt::format("transformers cuts texts of more than {} tokens at their end, not as {} says",
                      data.max_length, as));
    };
    if (long_choice.is(data.long_sequences, Long::windows))
      cut("data.long = \"windows\"");
    else if (truncation_choice.is(data.truncation, Truncation::middle))
      cut("data.truncation = \"middle\"");
    if (model_.input.num_texts == 2 && data.max_length % 2 == 0)  // three are special
      result.push_back(fmt::format(
          "of pairs of more than {} tokens transformers may keep one token less of the first text, and one "
          "more of the second",
          data.max_length));
    if (task_.has("tuned_thresholds") && !task_.numbers("tuned_thresholds").empty())
      result.push_back(fmt::format("the thresholds of the labels have no place in config.json: {}",
                                   fmt::join(task_.numbers("tuned_thresholds"), ", ")));
    if (task_.has("tuned_temperature"))
      result.push_back(
          fmt::format("probabilities are softmax(logits / {}): the temperature has no place in config.json",
                      task_.numbers("tuned_temperature").front()));
    return result;
  }

 private:
  Index segments() const {
    const ParameterView* view = find_view(model_, "embedding.segment");
    return view == nullptr ? family_.segments : view->shape.front();
  }
  Index pad() const { return special_id(tokenizer_, family_, "pad_token"); }
  Index skipped() const { return family_.skips_positions ? pad() + 1 : 0; }

  void add_positions(Tensors& result, const std::string& name, const ParameterView& view,
                     std::span<const float> numbers) const {
    std::vector<float> rows(as_size(skipped() * view.shape.back()));
    rows.insert(rows.end(), numbers.begin(), numbers.end());
    result.add(name, {skipped() + view.shape.front(), view.shape.back()}, std::move(rows));
  }

  /// Of a head whose outputs are targets to mean 0 and std 1: one whose outputs are the targets.
  std::vector<float> unscaled(const ParameterView& view, std::span<const float> numbers) const {
    const std::vector<double>&mean = task_.numbers("mean"), &deviation = task_.numbers("std");  // [K]
    const bool is_bias = view.name == "head.bias";
    const std::size_t columns = numbers.size() / mean.size();
    std::vector<float> result;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      result.push_back(static_cast<float>(static_cast<double>(numbers[i]) * deviation[i / columns] +
                                          (is_bias ? mean[i] : 0)));
    return result;
  }

  Json config() const {
    Json config{
        {"model_type", family_.type},
        {"architectures", Json::array({model_.task == nullptr ? family_.encoder : family_.classifier})}};
    add_sizes(config);
    config["vocab_size"] = find_view(model_, "embedding.weight")->shape.front();
    config["max_position_embeddings"] = skipped() + find_view(model_, "positions.weight")->shape.front();
    if (segments() > 0) config["type_vocab_size"] = segments();
    for (const char* token : {"pad", "bos", "eos"}) {
      const Index id = special_id(tokenizer_, family_, fmt::format("{}_token", token));
      config[fmt::format("{}_token_id", token)] = id < 0 ? Json() : Json(id);
    }
    if (model_.task != nullptr) add_head(config);
    return config;
  }

  void add_sizes(Json& config) const {
    const ModelConfig& model = model_.config.model;
    const std::map<std::string, Json> ours{
        {"d_model", model.d_model},
        {"num_layers", model.num_layers},
        {"num_heads", model.num_heads},
        {"dim_feedforward", model.dim_feedforward > 0 ? model.dim_feedforward : 4 * model.d_model},
        {"activation", their_activation(model.activation)},
        {"dropout", model.dropout},
        {"attention_dropout", model.attention_dropout},
        {"layer_norm_eps", model.layer_norm_eps},
        {"embedding_dim", model.embedding_dim > 0 ? model.embedding_dim : model.d_model}};
    for (const auto& [name, theirs] : family_.sizes) config[theirs] = ours.at(name);
  }

  void add_head(Json& config) const {
    std::vector<std::string> labels = model_.task->score_names();
    if (labels.empty())  // numbers: called as there
      for (Index k = 0; k < model_.task->outputs(); ++k) labels.push_back(fmt::format("LABEL_{}", k));
    Json names = Json::object(), ids = Json::object();
    for (std::size_t k = 0; k < labels.size(); ++k) {
      names[std::to_string(k)] = labels[k];
      ids[labels[k]] = k;
    }
    config["id2label"] = names;
    config["label2id"] = ids;
    config["problem_type"] = problem_type(model_.config.task.type);
  }

  const Model& model_;
  const Family& family_;
  State tokenizer_, task_;
};

void write(const std::string& path, const TextFiles& files, const Tensors& tensors) {
  NewFolder folder(path);
  for (const auto& [name, text] : files) {
    const std::string file = folder.temporary() + "/" + name;
    make_folders(file.substr(0, file.rfind('/')));
    write_whole_file(file, bytes_of(text));
  }
  write_safetensors(folder.temporary() + "/model.safetensors", tensors.all);
  folder.put_in_place();
}

/// "model.norm_first = true, model.pooling = "mean""
std::string listed(const std::vector<ConfigChange>& changes, std::string ConfigChange::*value) {
  std::vector<std::string> parts;
  for (const ConfigChange& change : changes)
    parts.push_back(fmt::format("{} = {}", change.key, change.*value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

Tensors own_tensors(const Model& model) {
  Tensors result;
  for (const ParameterView& view : model.classifier->parameters().views())
    result.all.push_back({view.name, view.shape, numbers_of(model, view)});
  return result;
}

}  // namespace

Exported export_safetensors(const Model& model, const std::string& path) {
  const Counterpart found = find_counterpart(model);
  const char* name = model.task == nullptr ? found.family.encoder : found.family.classifier;
  if (!found.differences.empty()) {
    write(path, {{"config.toml", write_config(model.config)}}, own_tensors(model));
    return {"",
            {fmt::format("transformers has no model with {}; the folder has the tensors by Orochi's names, "
                         "and config.toml. {} takes: {}",
                         listed(found.differences, &ConfigChange::before), name,
                         listed(found.differences, &ConfigChange::after))}};
  }
  const Folder folder(model, found.family);
  write(path, folder.files(), folder.tensors());
  return {name, folder.notes()};
}

}  // namespace orochi
