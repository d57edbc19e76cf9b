#include "core/packed_weights.hpp"

#include "core/kernels/panels.hpp"

namespace orochi {

PackedWeights::PackedWeights(const Parameters& parameters, kernels::Engine engine)
    : parameters_(parameters), offsets_(parameters.entries().size(), -1) {
  if (engine != kernels::Engine::own) return;
  Index size = 0;
  for (Index id = 0; id < static_cast<Index>(offsets_.size()); ++id) {
    const Parameters::Entry& entry = parameters.entries()[static_cast<std::size_t>(id)];
    const Index out = entry.size / entry.cols, in = entry.cols;
    if (entry.gradient != GradientKind::dense || entry.decay != Decay::yes || out == 1) continue;
    offsets_[static_cast<std::size_t>(id)] = size;
    size += kernels::round_up(kernels::packed_size(out, in), 16);
    for (Index first = 0; first < out; first += kernels::panel_width) pieces_.push_back({id, first});
  }
  panels_.resize(static_cast<std::size_t>(size));
}

void PackedWeights::pack(Index piece) {
  const auto [id, first] = pieces_[static_cast<std::size_t>(piece)];
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(id)];
  kernels::pack_panel(entry.size / entry.cols, entry.cols, {parameters_.data() + entry.offset, entry.cols},
                      true, first, panels_.data() + offsets_[static_cast<std::size_t>(id)]);
}

const Scalar* PackedWeights::find(Parameter p) const {
  const Index offset = offsets_[static_cast<std::size_t>(p.id)];
  return offset < 0 ? nullptr : panels_.data() + offset;
}

}  // namespace orochi
