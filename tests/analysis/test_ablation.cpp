// The figures of orochi ablate, against what their definitions give on models that are run by hand.
#include <cmath>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "analysis/head_survey.hpp"
#include "catch.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

namespace {

constexpr Index heads = 4, layers = 2;

Model random_model(const Extensions& extensions) {
  Model trained;
  trained.config = small_config();
  trained.config.model.dropout = 0.3;  // of training: it has no part in any figure
  trained.input = {11, 0, 9};
  trained.extensions = extensions;
  trained.task = class_task(3);
  trained.classifier = std::make_unique<Classifier>(trained.config, trained.input, 3, extensions.layers);
  trained.classifier->parameters().initialize(8);
  for (Scalar& value : trained.classifier->parameters().flat()) value *= 1.5f;
  return trained;
}

std::vector<double> losses_of(const Model& trained, const Sequences& data,
                              std::span<const HeadReplacement> replaced = {}) {
  Inference inference(*trained.classifier, "native", 1);
  inference.set_replacements(replaced);
  return evaluate(inference, *trained.task, data).losses;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// A head's head output in all rows, from recordings: [rows, D].
RowMatrix head_output_of(const Model& trained, const Sequences& data, Index layer, Index head) {
  const Index d = trained.config.model.d_model / heads;
  RowMatrix result(data.offsets.back(), d);
  for (Index b = 0; b < data.size(); ++b)
    for (const AttentionRecord& record : record_sequence(trained, data, b))
      if (record.layer == layer)
        for (Index i = 0; i < record.length; ++i)
          for (Index j = 0; j < d; ++j)
            result(data.offsets[static_cast<std::size_t>(b)] + i, j) =
                record.head_output[static_cast<std::size_t>(i * heads * d + head * d + j)];
  return result;
}

/// The losses with a head's values, and so its head output, times `factor`.
std::vector<double> losses_scaled(const Model& trained, const Sequences& data, Index layer, Index head,
                                  double factor) {
  const Index d = trained.config.model.d_model / heads;
  Parameters& parameters = trained.classifier->parameters();
  const std::vector<Scalar> kept(parameters.flat().begin(), parameters.flat().end());
  const std::string value = "encoder." + std::to_string(layer) + ".attention.value.";
  for (const ParameterView& view : parameters.views()) {
    if (!view.name.starts_with(value)) continue;
    const Index columns = view.size / (heads * d);
    for (Index i = head * d * columns; i < (head + 1) * d * columns; ++i)
      parameters.data()[view.offset + i] *= static_cast<Scalar>(factor);
  }
  std::vector<double> losses = losses_of(trained, data);
  std::copy(kept.begin(), kept.end(), parameters.data());
  return losses;
}

}  // namespace

TEST_CASE("entropy is in bits, distance in rows") {
  const Scalar map[] = {0.5f, 0.25f, 0.25f, 0, 1, 0, 1, 0, 0};  // [3, 3]
  CHECK_THAT(mean_entropy(map, 3), WithinRel(1.5 / 3, 1e-9));
  CHECK_THAT(mean_distance(map, 3), WithinRel((0.25 + 0.25 * 2 + 2) / 3, 1e-9));
}

TEST_CASE("importance is the mean of |d loss / d a head's size|") {
  const Extensions extensions = builtin();
  const Model trained = random_model(extensions);
  const Sequences data = random_sequences(40, 9, 11, 0, 3, 6);
  const HeadSurvey survey = survey_heads(trained, data, head_grid(trained, data), 1);
  for (Index i = 0; i < layers * heads; ++i) {
    const double step = 0.02;
    const std::vector<double> more = losses_scaled(trained, data, i / heads, i % heads, 1 + step),
                              less = losses_scaled(trained, data, i / heads, i % heads, 1 - step);
    std::vector<double> slopes;
    for (std::size_t b = 0; b < more.size(); ++b) slopes.push_back(std::abs(more[b] - less[b]) / (2 * step));
    CHECK_THAT(survey.importance[static_cast<std::size_t>(i)], WithinRel(mean(slopes), 0.01));
  }
}

TEST_CASE("what is lost without a head, and the middle 95 % of resampled data") {
  const Extensions extensions = builtin();
  const Model trained = random_model(extensions);
  const Sequences data = random_sequences(400, 9, 11, 0, 3, 6);
  AblationOptions options;
  options.resamples = 4000;
  for (const bool by_mean : {false, true}) {
    options.by_mean = by_mean;
    const Ablation ablation = ablate_heads(trained, data, options, 2);
    const std::vector<double> all = losses_of(trained, data);
    CHECK_THAT(ablation.loss, WithinRel(mean(all), 1e-9));
    for (const HeadFigures& figures : ablation.heads) {
      const RowMatrix filtered = head_output_of(trained, data, figures.layer, figures.head);
      RowMatrix values = filtered.colwise().mean();
      if (!by_mean) values.setZero();
      const HeadReplacement replaced{
          figures.layer, figures.head, {values.data(), static_cast<std::size_t>(values.size())}};
      std::vector<double> rise = losses_of(trained, data, {&replaced, 1});
      CHECK_THAT(figures.loss, WithinRel(mean(rise), 1e-6));
      for (std::size_t b = 0; b < rise.size(); ++b) rise[b] -= all[b];
      const double middle = mean(rise);
      double square = 0;
      for (const double value : rise) square += (value - middle) * (value - middle);
      const auto n = static_cast<double>(rise.size());
      const double half = 1.96 * std::sqrt(square / n / n);  // of a normal distribution, which means come to
      CHECK_THAT(figures.loss_rise.value, WithinAbs(middle, 1e-6));
      CHECK_THAT(figures.loss_rise.high - figures.loss_rise.low, WithinRel(2 * half, 0.08));
      CHECK_THAT((figures.loss_rise.high + figures.loss_rise.low) / 2, WithinAbs(middle, 0.15 * half));
    }
  }
}
