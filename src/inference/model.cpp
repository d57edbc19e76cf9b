// Models and checkpoints: what is written, and how a model is built again from it.
#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "core/kernels/kernels.hpp"
#include "core/name_prefix.hpp"
#include "core/packed_weights.hpp"
#include "data/file_errors.hpp"
#include "data/missing.hpp"
#include "data/preprocessing_state.hpp"
#include "data/raw.hpp"
#include "inference/model_file.hpp"
#include "io/checkpoint_format.hpp"
#include "model/copy_parameters.hpp"

namespace orochi {

namespace {

/// Checks that each name is there once.
template <class Entry>
const std::vector<Entry>& entries_of(const Registry<Entry>& registry) {
  for (const Entry& entry : registry.entries()) static_cast<void>(registry.find(entry.name));
  return registry.entries();
}

}  // namespace

std::vector<ComponentSchema> component_schemas(const Extensions& extensions) {
  std::vector<ComponentSchema> schemas;
  for (const LayerEntry& entry : entries_of(extensions.layers))
    schemas.push_back({entry.name,
                       role_name(entry.role),
                       entry.options,
                       entry.summary,
                       {},
                       entry.head_multiple,
                       entry.takes_first,
                       entry.keeps_apart});
  for (const TaskEntry& entry : entries_of(extensions.tasks)) {
    schemas.push_back({entry.name, "task", entry.options, entry.summary});
    for (const MetricInfo& metric : entry.metrics) schemas.back().metrics.push_back(metric.name);
  }
  for (const OptimizerEntry& entry : entries_of(extensions.optimizers))
    schemas.push_back({entry.name, "optimizer", entry.options, entry.summary});
  for (const ScheduleEntry& entry : entries_of(extensions.schedules))
    schemas.push_back({entry.name, "schedule", entry.options, entry.summary});
  for (const ReaderEntry& entry : entries_of(extensions.readers))
    schemas.push_back({entry.name, "reader", entry.options, entry.summary});
  for (const TokenizerEntry& entry : entries_of(extensions.tokenizers))
    schemas.push_back({entry.name, "tokenizer", entry.options, entry.summary});
  return schemas;
}

void with_location(const std::string& config_path, std::span<const std::string> overrides,
                   const Extensions& extensions, const std::function<void()>& work,
                   const std::string& config_text) {
  try {
    work();
  } catch (const OptionError& error) {
    const std::vector<ComponentSchema> schemas = component_schemas(extensions);
    const std::string text = config_text.empty() ? read_config_text(config_path) : config_text;
    throw usage_error(error_at_key(text, config_path, overrides, schemas, error.option(), error.what()));
  }
}

std::map<std::string, State> state_of(const Task* task, const Preprocessing& preprocessing) {
  std::map<std::string, State> states = state_of(preprocessing);
  if (task != nullptr) task->save(states["task"]);
  return states;
}

InputShape input_shape(const DataConfig& data, const Preprocessing& preprocessing) {
  InputShape shape{preprocessing.num_ids(), preprocessing.channels, data.max_length, preprocessing.texts};
  shape.text_features = data.text_features;
  shape.series_features = data.series_features;
  return shape;
}

std::vector<TensorSlot> tensor_slots(const Parameters& parameters) {
  std::vector<TensorSlot> slots;
  for (const ParameterView& view : parameters.views()) slots.push_back({view.name, view.shape, view.offset});
  return slots;
}

namespace {

Index number_count(const std::vector<TensorSlot>& slots) {
  Index total = 0;
  for (const TensorSlot& slot : slots) total += checkpoint::number_count(slot.shape);
  return total;
}

/// What training writes holds together; what somebody made up may not, and later code relies on it.
void check_preprocessing(const DataConfig& data, const Readers& readers, const Preprocessing& p) {
  const auto refuse = [](const std::string& what) { throw usage_error(what); };
  const bool is_text = readers.make(data.format)->is_text();
  if (is_text != (p.vocabulary_size() > 0) || is_text != (p.channels == 0))
    refuse(fmt::format("a vocabulary of {} and {} do not go with data.format = \"{}\"",
                       counted(p.vocabulary_size(), "token"), counted(p.channels, "channel"),
                       data.format.type));
  if (std::ssize(p.mean) != p.channels || std::ssize(p.deviation) != p.channels)
    refuse(fmt::format("{} and {} for {}", counted(std::ssize(p.mean), "mean"),
                       counted(std::ssize(p.deviation), "std"), counted(p.channels, "channel")));
  const bool has_means = p.channels > 0 && needs_means(missing_choice.value(data.missing));
  if (std::ssize(p.missing_mean) != (has_means ? p.channels : 0))
    refuse(fmt::format("{} of missing values for {} with data.missing = \"{}\"",
                       counted(std::ssize(p.missing_mean), "mean"), counted(p.channels, "channel"),
                       data.missing));
  if (data.missing_indicator && p.channels == 1)
    refuse("one channel, but data.missing_indicator adds one to those of the data");
  for (const std::vector<float>& figures : {p.mean, p.deviation, p.missing_mean})
    if (checkpoint::first_not_finite(figures) >= 0) refuse("a mean or std is NaN or infinity");
  for (const float deviation : p.deviation)
    if (!(deviation > 0)) refuse(fmt::format("a std is {}; expected more than 0", deviation));
}

}  // namespace

Model::Model(Config of, Preprocessing data, std::unique_ptr<Task> learned, const Extensions& known,
             Index most)
    : config(std::move(of)),
      preprocessing(std::move(data)),
      input(input_shape(config.data, preprocessing)),
      extensions(known),
      task(std::move(learned)) {
  const TaskEntry* entry = known.tasks.find(config.task.type);
  if (entry == nullptr) throw usage_error("\"" + config.task.type + "\" is no registered task");
  metrics = all_metrics(*entry);
  if (task != nullptr && task->outputs() < 1)
    throw usage_error(fmt::format(
        "the task \"{}\" has no outputs yet; fit it to targets first, or load its state", config.task.type));
  check_preprocessing(config.data, known.readers, preprocessing);
  const OutputShape output = task == nullptr ? OutputShape(0) : task->shape();
  classifier = std::make_unique<Classifier>(config, input, output, known.layers, most);
}

namespace {

/// Empty where the task keeps nothing.
State state_of_task(const CheckpointHeader& header) {
  const auto found = header.state.find("task");
  return found == header.state.end() ? State() : found->second;
}

bool has_head(const std::vector<TensorSlot>& slots) {
  return std::any_of(slots.begin(), slots.end(),
                     [](const TensorSlot& slot) { return within_member(slot.name) == "head.bias"; });
}

/// The model of a checkpoint, without its parameters.
Model build(const CheckpointReader& reader, const std::string& path, const Extensions& extensions) {
  const CheckpointHeader& header = reader.header();
  Config config = parse_saved_config(header.config, path + ":/config", component_schemas(extensions));
  try {
    kernels::choose_engine(config.train.kernels.c_str());
  } catch (const Error&) {  // another CPU or build trained it: what there is gives the same up to rounding
    config.train.kernels = "auto";
  }
  try {
    Preprocessing preprocessing = preprocessing_of(header.state, config.data, extensions.tokenizers);
    const std::vector<TensorSlot> slots = reader.slots("parameters");
    std::unique_ptr<Task> task;
    if (has_head(slots)) {
      task = extensions.tasks.make(config.task);
      task->load(state_of_task(header));
      task->prepare(preprocessing);
    }
    // Sizes in its config are the file's word alone: no more is built than the file has numbers for.
    return Model(std::move(config), std::move(preprocessing), std::move(task), extensions,
                 number_count(slots));
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("'{}' does not fit together: {}", path, error.what()));
  }
}

}  // namespace

Model Model::load(const std::string& path, const Extensions& extensions) {
  Model result = load_encoder(path, extensions);
  if (result.task == nullptr)
    throw usage_error(fmt::format(
        "'{0}' is an encoder without a head, which answers nothing; train a model that starts from it, with "
        "model.init_from = \"{0}\", or ask for its vectors with `orochi embed {0}`",
        path));
  return result;
}

void require_answers(const Model& model) {
  if (!model.task->are_in_file())
    throw usage_error(
        fmt::format("a model of the task \"{}\" was pre-trained without labels and answers nothing; train a "
                    "task's model from "
                    "it, with model.init_from, or ask for its vectors with `orochi embed`",
                    model.config.task.type));
}

void require_one_member(const Model& model) {
  if (model.config.model.members > 1)
    throw usage_error(fmt::format(
        "the model is the mean of {} members, and each has heads and vectors of its own; name one "
        "of them, such as RUN/seed-1",
        model.config.model.members));
}

Model without_head(Model trained) {
  require_one_member(trained);
  if (trained.task == nullptr) return trained;
  if (trained.task->level() == Level::row && trained.task->are_in_file())
    throw usage_error("the model answers every row and has no pooling: it has no vector of a whole sequence");
  Model encoder(trained.config, trained.preprocessing, nullptr, trained.extensions);
  const std::vector<std::string> left =
      copy_parameters(trained.classifier->parameters(), encoder.classifier->parameters());
  if (!left.empty())
    throw usage_error(
        fmt::format("the model was pre-trained without its pooling, \"{}\", and has no {}; train a "
                    "task's model from it with model.init_from, or pre-train with model.pooling = "
                    "\"mean\"",
                    trained.config.model.pooling, fmt::join(left, ", ")));
  return encoder;
}

Model Model::load_encoder(const std::string& path, const Extensions& extensions) {
  const CheckpointReader reader(path);
  Model result = build(reader, path, extensions);
  result.progress = reader.header().progress;
  result.validation_checksum = reader.header().validation_checksum;
  Parameters& parameters = result.classifier->parameters();
  reader.read("parameters", tensor_slots(parameters), parameters.flat());
  result.packed = result.packed_weights();
  return result;
}

std::shared_ptr<PackedWeights> Model::packed_weights() const {
  if (packed != nullptr && packed->is_current()) return packed;
  auto result = std::make_shared<PackedWeights>(classifier->parameters(),
                                                kernels::choose_engine(config.train.kernels.c_str()));
  for (Index i = 0; i < result->num_pieces(); ++i) result->pack(i);
  result->end_packing();
  return result;
}

CheckpointHeader header_of(const Model& model) {
  return {write_config(model.config),
          state_of(model.task.get(), model.preprocessing),
          {},
          model.validation_checksum,
          model.progress};
}

void Model::save(const std::string& path) const {
  const Parameters& parameters = classifier->parameters();
  write_checkpoint(path, header_of(*this), tensor_slots(parameters), {{{"parameters", parameters.flat()}}});
}

}  // namespace orochi
