// The linear model of texts beside an encoder, fitted before the encoder is trained.
#pragma once

#include <orochi/dataset.hpp>
#include <orochi/model.hpp>

namespace orochi {

/// Throws an OptionError where a model is to have a linear model of texts (data.text_features), but its task
/// has numbers, and a failure if the program was built without liblinear.
void check_text_model(const DataConfig& config, const Task& task, const Sequences& train);

/// Fits it, where the model has one, to training sequences: for each label a support vector machine by
/// liblinear, on n-grams weighed by their rarity. Weights of records and of labels count for nothing. The
/// same bits on any number of threads.
void fit_text_model(Model& model, const Sequences& train, int threads);

}  // namespace orochi
