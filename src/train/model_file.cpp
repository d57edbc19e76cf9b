// Models and checkpoints: what is written, and how a model is built again from it.
#include "train/inference.hpp"
#include "train/slots.hpp"

namespace orochi {

std::vector<LayerSchema> layer_schemas(const Registry& registry) {
  std::vector<LayerSchema> schemas;
  for (const LayerEntry& entry : registry.entries())
    schemas.push_back({entry.name, role_name(entry.role), entry.options});
  return schemas;
}

InputShape input_shape(const DataConfig& data, const Preprocessing& preprocessing) {
  return {static_cast<Index>(preprocessing.vocabulary.size()), preprocessing.channels, data.max_length};
}

std::vector<TensorSlot> tensor_slots(const Parameters& parameters) {
  std::vector<TensorSlot> slots;
  for (const ParameterView& view : parameters.views()) slots.push_back({view.name, view.shape, view.offset});
  return slots;
}

TrainedModel load_model(const std::string& path, const Registry& registry) {
  const CheckpointReader reader(path);
  const CheckpointHeader& header = reader.header();
  TrainedModel result;
  result.config = parse_config(header.config, path + ":/config", {}, layer_schemas(registry));
  result.preprocessing = {header.labels, header.vocabulary, header.mean, header.deviation, header.channels};
  result.progress = header.progress;
  result.input = input_shape(result.config.data, result.preprocessing);
  result.registry = &registry;
  result.model = std::make_unique<Classifier>(result.config, result.input,
                                              static_cast<Index>(header.labels.size()), registry);
  Parameters& parameters = result.model->parameters();
  reader.read("parameters", tensor_slots(parameters),
              {parameters.data(), static_cast<std::size_t>(parameters.size())});
  return result;
}

}  // namespace orochi
