// What each file of this folder adds to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace orochi::python {

void add_model(pybind11::module_& module);
void add_training(pybind11::module_& module);

}  // namespace orochi::python
