// The linear model beside an encoder, fitted before the encoder is trained.
#pragma once

#include <algorithm>
#include <span>

#include <orochi/dataset.hpp>
#include <orochi/model.hpp>

namespace orochi {

/// At most so many features of so many series: more are no quick fit.
inline Index most_series_features(Index series) { return 20'000'000 / std::max<Index>(series, 1); }

/// The numbers of a model's own parameter of that name, which it has.
std::span<Scalar> numbers_of(Model& model, const char* name);

/// Throws an OptionError where a model is to have a linear model (data.text_features, data.series_features),
/// but its task has numbers, or there are more features than that; and a failure if the
/// program was built without liblinear.
void check_linear_model(const DataConfig& config, const Task& task, const Sequences& train);

/// Fits it, where the model has one, to training sequences: for each label a support vector machine by
/// liblinear, on n-grams weighed by their rarity, or on standardized features of series. Weights of records
/// and of labels count for nothing. The same bits on any number of threads.
void fit_linear_model(Model& model, const Sequences& train, int threads);

}  // namespace orochi
