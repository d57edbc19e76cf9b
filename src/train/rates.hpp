// How each parameter is trained, by its name: train.freeze, train.layer_decay, train.head_learning_rate.
#pragma once

#include <string>

#include <orochi/classifier.hpp>
#include <orochi/config.hpp>

namespace orochi {

/// Gives every parameter of the model its rate, and returns the model. An OptionError of train.freeze where
/// a beginning is that of no parameter, or nothing is left to train.
Classifier& with_rates(Classifier& model, const TrainConfig& config);

/// How many blocks, counted from the first, are frozen, with all that is before them.
Index frozen_blocks(const Classifier& model);

/// A parameter before the blocks that is trained though the first block is frozen, which then goes forward
/// and backward in every step; or nothing.
std::string trained_before_frozen(const Classifier& model);

/// Numbers that are not frozen.
Index trained_count(const Parameters& parameters);

}  // namespace orochi
