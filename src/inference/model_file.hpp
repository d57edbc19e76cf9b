// What checkpoints, configs and models have to do with each other.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/model.hpp>

#include "io/checkpoint.hpp"
#include "io/config_file.hpp"

namespace orochi {

/// What the config reader must know of the registered components.
std::vector<ComponentSchema> component_schemas(const Extensions& extensions);

/// Does `work`; an OptionError in it gets the location of its key in the file, or in the text, if there is
/// one.
void with_location(const std::string& config_path, std::span<const std::string> overrides,
                   const Extensions& extensions, const std::function<void()>& work,
                   const std::string& config_text = {});

/// What task (if there is one), tokenizer and numeric data have learned, by component.
std::map<std::string, State> state_of(const Task* task, const Preprocessing& preprocessing);

/// All but the checksum of the training data, which a model does not know.
CheckpointHeader header_of(const Model& model);

/// A usage_error for a model that was pre-trained without labels, which has no answers.
void require_answers(const Model& model);

/// A usage_error for a model of several members, of which each has heads and vectors of its own.
void require_one_member(const Model& model);

/// The model's encoder without its head: what the head would take are the outputs. A usage_error where that
/// is no vector of a whole sequence.
Model without_head(Model trained);

InputShape input_shape(const DataConfig& data, const Preprocessing& preprocessing);

/// The named views of a flat buffer, as checkpoints know them.
std::vector<TensorSlot> tensor_slots(const Parameters& parameters);

}  // namespace orochi
