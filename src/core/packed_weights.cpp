#include "core/packed_weights.hpp"

#include "core/kernels/panels.hpp"

namespace orochi {

PackedWeights::PackedWeights(const Parameters& parameters, kernels::Engine engine,
                             kernels::Precision precision)
    : parameters_(parameters), precision_(precision), places_(parameters.entries().size()) {
  if (engine != kernels::Engine::native) return;
  Index single = 0, bf16 = 0;
  for (Index id = 0; id < static_cast<Index>(places_.size()); ++id) {
    const Index out = parameters_.entry(id).size / parameters_.entry(id).cols,
                in = parameters_.entry(id).cols;
    if (!is_product_weight(parameters_.entry(id))) continue;
    Place& place = places_[static_cast<std::size_t>(id)];
    if (precision == kernels::Precision::bf16 && fits_bf16(out, in)) {
      place.bf16 = bf16;
      bf16 += kernels::bf16_size(out, in) + kernels::bf16_size(in, out);
      pieces_.push_back({id, -1});
    } else {
      place.single = single;
      single += kernels::packed_size(out, in);
    }
    const Index width = place.bf16 < 0 ? kernels::panel_columns() : kernels::bf16_panel_width;
    for (Index first = 0; first < out; first += width) pieces_.push_back({id, first});
  }
  panels_.resize(static_cast<std::size_t>(single));
  bf16_panels_.resize(static_cast<std::size_t>(bf16));
}

void PackedWeights::pack(Index piece) {
  const auto [id, first] = pieces_[static_cast<std::size_t>(piece)];
  const Place place = places_[static_cast<std::size_t>(id)];
  const Index out = parameters_.entry(id).size / parameters_.entry(id).cols, in = parameters_.entry(id).cols;
  const Scalar* weight = parameters_.data() + parameters_.entry(id).offset;
  if (place.bf16 < 0) return kernels::pack_panel(out, in, {weight, in}, first, panels_.data() + place.single);
  kernels::Pair* to = bf16_panels_.data() + place.bf16;
  if (first < 0)
    kernels::to_bf16_panels(out, in, {weight, in}, to + kernels::bf16_size(out, in));
  else
    kernels::to_bf16_panel_transposed(out, in, {weight, in}, first, to);
}

const Scalar* PackedWeights::find(Parameter p) const {
  const Index offset = places_[static_cast<std::size_t>(p.id)].single;
  return offset < 0 ? nullptr : panels_.data() + offset;
}

PackedWeights::Bf16 PackedWeights::find_bf16(Parameter p) const {
  const Index offset = places_[static_cast<std::size_t>(p.id)].bf16;
  if (offset < 0) return {nullptr, nullptr};
  const kernels::Pair* transposed = bf16_panels_.data() + offset;
  return {transposed, transposed + kernels::bf16_size(p.rows, p.cols)};
}

}  // namespace orochi
