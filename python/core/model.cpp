// Asking a model. Python's lock is free while it works.

#include <pybind11/stl.h>

#include <orochi/predict.hpp>
#include <orochi/record_attention.hpp>
#include <orochi/threads.hpp>

#include "arrays.hpp"
#include "bindings.hpp"

namespace orochi::python {
namespace {

using ModelPointer = std::shared_ptr<Model>;

ModelPointer load(const std::string& path) {
  const py::gil_scoped_release release;
  return std::make_shared<Model>(Model::load(path));
}

void save(const ModelPointer& model, const std::string& path) {
  const py::gil_scoped_release release;
  model->save(path);
}

/// Of all answers' items, one answer after another. [M, width]
template <class Get>
py::array_t<double> all(const std::vector<Prediction>& answers, Index width, Get get) {
  std::vector<double> numbers;
  for (const Prediction& answer : answers)
    numbers.insert(numbers.end(), get(answer).begin(), get(answer).end());
  const Index count = width == 0 ? 0 : std::ssize(numbers) / width;
  return array_of(numbers, {count, width});
}

/// (labels: a list for each sequence, values [M, W], scores [M, K]).
py::tuple predict(const ModelPointer& model, const py::object& object, int threads) {
  const Inputs inputs = inputs_of(object);
  std::vector<Prediction> answers;
  {
    const py::gil_scoped_release release;
    answers = orochi::predict(*model, encode(*model, inputs), threads == 0 ? available_threads() : threads);
  }
  py::list labels;
  for (const Prediction& answer : answers) labels.append(py::cast(answer.labels));
  const Index width = answers.empty() ? 0 : std::ssize(answers.front().values);
  const Index k = std::ssize(model->task->score_names());
  return py::make_tuple(
      labels, all(answers, width, [](const Prediction& answer) { return std::span(answer.values); }),
      all(answers, k, [](const Prediction& answer) { return std::span(answer.scores); }));
}

/// (what is at each row, a list of [H, T, T] by layer), of the one sequence there is.
py::tuple attention(const ModelPointer& model, const py::object& object) {
  const Inputs inputs = inputs_of(object);
  std::vector<AttentionRecord> records;
  std::vector<std::string> tokens;
  {
    const py::gil_scoped_release release;
    const Sequences data = encode(*model, inputs);
    records = record_attention(*model, data, 0);
    tokens = row_labels(*model, data, 0);
  }
  py::list weights;
  for (const AttentionRecord& record : records)
    weights.append(array_of(record.map, {record.options.num_heads, record.length, record.length}));
  return py::make_tuple(py::cast(tokens), weights);
}

}  // namespace

void add_model(py::module_& module) {
  py::class_<Model, ModelPointer>(module, "Model")
      .def_static("load", load, py::arg("path"))
      .def("save", save, py::arg("path"))
      .def("predict", predict, py::arg("inputs"), py::arg("threads"))
      .def("attention", attention, py::arg("inputs"))
      .def_property_readonly("score_names", [](const Model& model) { return model.task->score_names(); })
      .def_property_readonly("task", [](const Model& model) { return model.config.task.type; })
      .def_property_readonly("labels_rows",
                             [](const Model& model) { return model.task->level() == Level::row; })
      .def_property_readonly("predicts_numbers", [](const Model& model) { return model.task->are_numbers(); })
      .def_property_readonly("answers_list", [](const Model& model) { return model.task->answers_list(); })
      .def_property_readonly("channels", [](const Model& model) { return model.preprocessing.channels; })
      .def_property_readonly("num_parameters",
                             [](const Model& model) { return model.classifier->parameters().size(); });
}

}  // namespace orochi::python
