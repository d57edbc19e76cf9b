#include "layers/linear_model.hpp"

#include <orochi/error.hpp>
#include <orochi/profile.hpp>
#include <orochi/recording.hpp>

#include "core/as_size.hpp"

namespace orochi {

MiniRocket rocket_of(const InputShape& input) {
  constexpr std::uint64_t seed = 1;  // of all models, so that none needs to keep it
  return {input.max_length, input.channels, input.series_features, seed};
}

LinearModel::LinearModel(Builder& builder, const InputShape& input, Index outputs) {
  const bool is_text = input.vocab_size > 0;
  if (!is_text && input.text_features > 0)
    throw OptionError("data.text_features",
                      "data.text_features is for texts, but the data are numeric rows, for which there is "
                      "data.series_features; leave it out");
  if (is_text && input.series_features > 0)
    throw OptionError("data.series_features",
                      "data.series_features is for numeric rows, but the data are texts, for which there is "
                      "data.text_features; leave it out");
  if (!is_text) {
    rocket_.emplace(rocket_of(input));
    biases_ = builder.embedding(series_biases, rocket_->width(), 1, Init::zeros(), Use::lookup);
  }
  const Index features = is_text ? input.text_features * input.num_texts : rocket_->width();
  table_ = builder.embedding(is_text ? text_table : series_table, features + 1, outputs, Init::zeros(),
                             Use::lookup);
  shares_ = builder.embedding(linear_shares, 2, 1, Init::ones(), Use::lookup);
}

Var LinearModel::add_to(Var x, const Batch& batch) const {
  Tape& tape = x.tape();
  const HeadProbe* probe = tape.attached<HeadProbe>();
  if (tape.training() || (probe != nullptr && probe->encoder_alone)) return x;
  const Index k = x.cols();
  if (!rocket_ && std::ssize(batch.feature_offsets) != x.rows() + 1)
    throw failure("[model] the linear model of texts has no features of the batch's texts");
  const Index count =
      rocket_ ? rocket_->width() * x.rows() : batch.feature_offsets.back() - batch.feature_offsets.front();
  const double bytes = 2.0 * static_cast<double>(count * k) * sizeof(Scalar);
  const Measure measure(tape.observer(), "linear model", Pass::forward, 0, bytes);
  const Scalar* shares = tape.value(shares_).data();
  std::vector<double> sums(as_size(k));  // thousands of features would lose digits in Scalar
  Var y = tape.result(x.rows(), k);      // [B, K]
  for (Index b = 0; b < x.rows(); ++b) {
    if (shares[1] != 0) sum(tape, batch, b, sums);
    for (Index j = 0; j < k; ++j)
      y.data()[b * k + j] =
          output_of_both(x.data()[b * k + j], static_cast<Scalar>(sums[as_size(j)]), shares);
  }
  return y;
}

void LinearModel::sum(Tape& tape, const Batch& batch, Index b, std::span<double> sums) const {
  const Index k = table_.cols;
  const Scalar* table = tape.value(table_).data();  // [features + 1, K]
  std::copy_n(table + (table_.rows - 1) * k, k, sums.begin());
  const auto add = [&](Index feature, double weight) {
    for (Index j = 0; j < k; ++j) sums[as_size(j)] += weight * static_cast<double>(table[feature * k + j]);
  };
  if (!rocket_) return for_each_weight(batch.features_of(b), add);
  std::vector<float> values(as_size(rocket_->width()));
  rocket_->transform(batch, b, {tape.value(biases_).data(), values.size()}, values);
  for (std::size_t f = 0; f < values.size(); ++f) add(static_cast<Index>(f), static_cast<double>(values[f]));
}

}  // namespace orochi
