#include "layers/text_model.hpp"

#include <orochi/error.hpp>
#include <orochi/profile.hpp>
#include <orochi/recording.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {

TextModel::TextModel(Builder& builder, Index features, Index outputs)
    : table_(builder.embedding(text_model_table, features + 1, outputs, Init::zeros(), Use::lookup)) {}

Var TextModel::add_to(Var x, const Batch& batch) const {
  Tape& tape = x.tape();
  const HeadProbe* probe = tape.attached<HeadProbe>();
  if (tape.training() || (probe != nullptr && probe->encoder_alone)) return x;
  const Index k = x.cols();
  if (std::ssize(batch.feature_offsets) != x.rows() + 1)
    throw failure("[model] the linear model of texts has no features of the batch's texts");
  const Index first = batch.feature_offsets.front(), count = batch.feature_offsets.back() - first;
  const double bytes = 2.0 * static_cast<double>(count * k) * sizeof(Scalar);
  const Measure measure(tape.observer(), "text features", Pass::forward, 0, bytes);
  const Scalar* table = tape.value(table_).data();  // [features + 1, K]
  Var y = tape.result(x.rows(), k);                 // [B, K]
  for (Index b = 0; b < x.rows(); ++b) {
    Scalar* row = y.data() + b * k;
    for (Index j = 0; j < k; ++j)
      row[j] = static_cast<Scalar>(encoder_share) * x.data()[b * k + j] + table[(table_.rows - 1) * k + j];
    for_each_weight(batch.features_of(b), [&](std::int32_t id, double weight) {
      kernels::add_scaled(k, static_cast<Scalar>(weight), table + id * k, row);
    });
  }
  return y;
}

}  // namespace orochi
