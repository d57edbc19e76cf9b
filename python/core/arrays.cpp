#include "arrays.hpp"

#include <span>

#include <pybind11/stl.h>

#include <orochi/error.hpp>

namespace orochi::python {
namespace {

/// Checked here, as the library takes spans on trust.
Rows rows_of(const py::tuple& pair) {
  Rows rows{pair[0].cast<Array<float>>(), pair[1].cast<Array<std::int64_t>>()};
  bool fits = rows.values.ndim() == 2 && rows.offsets.ndim() == 1 && rows.offsets.size() > 0;
  fits = fits && rows.offsets.at(0) == 0 && rows.offsets.at(rows.offsets.size() - 1) == rows.values.shape(0);
  for (py::ssize_t i = 0; fits && i + 1 < rows.offsets.size(); ++i)
    fits = rows.offsets.at(i) <= rows.offsets.at(i + 1);
  if (!fits) throw usage_error("values [N, channels] and offsets [B + 1], from 0 to N, do not go together");
  return rows;
}

}  // namespace

Inputs inputs_of(const py::object& object) {
  if (py::isinstance<py::tuple>(object)) return rows_of(object);
  return object.cast<std::vector<std::string>>();
}

Sequences encode(const Model& model, const Inputs& inputs) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&inputs))
    return orochi::encode(model, *texts);
  const Rows& rows = std::get<Rows>(inputs);
  const Index channels = rows.values.shape(1);
  const Index expected = model.preprocessing.channels - (model.config.data.missing_indicator ? 1 : 0);
  if (model.preprocessing.channels > 0 && channels != expected)
    throw usage_error("sequences of " + std::to_string(channels) + " channels; the model was trained on " +
                      std::to_string(expected));
  std::vector<std::span<const float>> sequences;  // [B] of [T, channels]
  for (py::ssize_t i = 0; i + 1 < rows.offsets.size(); ++i) {
    const Index first = rows.offsets.data()[i], last = rows.offsets.data()[i + 1];
    sequences.emplace_back(rows.values.data() + first * channels,
                           static_cast<std::size_t>((last - first) * channels));
  }
  return orochi::encode(model, sequences);
}

}  // namespace orochi::python
