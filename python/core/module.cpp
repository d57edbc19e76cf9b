// orochi._core: the library as Python calls it. What people use is in the package around it.
#include <pybind11/stl.h>

#include <orochi/error.hpp>
#include <orochi/run.hpp>
#include <orochi/scalar.hpp>

#include "bindings.hpp"

namespace orochi::python {
namespace {

namespace py = pybind11;

/// orochi.Error, and for what a caller can mend in the call orochi.UsageError, which is a ValueError as well.
void add_errors(py::module_& module) {
  const auto make = [&](const char* name, const py::tuple& bases) {
    const py::object type = py::module_::import("builtins").attr("type")(name, bases, py::dict());
    type.attr("__module__") = "orochi";
    module.attr(name) = type;
    return type;
  };
  const py::object base = make("Error", py::make_tuple(py::handle(PyExc_RuntimeError)));
  make("UsageError", py::make_tuple(base, py::handle(PyExc_ValueError)));
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      const py::module_ core = py::module_::import("orochi._core");
      const char* name = error.code() == ExitCode::usage ? "UsageError" : "Error";
      py::set_error(core.attr(name), error.what());
    }
  });
}

/// The whole command line; returns its exit code.
int run_command_line(std::vector<std::string> arguments) {
  std::string name = "orochi";
  std::vector<char*> argv{name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  const auto argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  const py::gil_scoped_release release;
  return orochi::run(argc, argv.data(), builtin());
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.attr("__version__") = version;
  add_errors(module);
  add_model(module);
  add_training(module);
  module.def("run", run_command_line, py::arg("arguments"));
}

}  // namespace orochi::python
