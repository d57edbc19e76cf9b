// Between numpy's arrays and what the library takes and gives.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <orochi/predict.hpp>

namespace orochi::python {

namespace py = pybind11;

/// An array of Number in memory of its own, converted where it is of another type.
template <class Number>
using Array = py::array_t<Number, py::array::c_style | py::array::forcecast>;

/// Sequences of numeric rows, one after another.
struct Rows {
  Array<float> values;          // [N, channels]
  Array<std::int64_t> offsets;  // [B + 1]
};
/// What Python asks a model about.
using Inputs = std::variant<std::vector<std::string>, Rows>;

/// Texts, or the pair (values, offsets).
Inputs inputs_of(const py::object& object);
/// Needs no lock of Python's.
Sequences encode(const Model& model, const Inputs& inputs);

/// A copy, in this shape.
template <class Number>
py::array_t<Number> array_of(const std::vector<Number>& values, std::vector<py::ssize_t> shape) {
  py::array_t<Number> result(std::move(shape));
  std::copy(values.begin(), values.end(), result.mutable_data());
  return result;
}

}  // namespace orochi::python
