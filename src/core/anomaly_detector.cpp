#include "core/anomaly_detector.hpp"

#include <algorithm>
#include <cmath>

namespace orochi {
namespace {

/// The first of n that is not finite, or null.
const Scalar* find_fault(const Scalar* numbers, Index n) {
  const Scalar* found = std::find_if(numbers, numbers + n, [](Scalar x) { return !std::isfinite(x); });
  return found == numbers + n ? nullptr : found;
}

}  // namespace

void AnomalyDetector::clear() {
  operations_.clear();
  touched_.clear();
  begun_ = nullptr;
  fault_ = {};
  found_ = checked_ = false;
}

void AnomalyDetector::note(const Operation& operation, const std::string& tensor, double value,
                           bool backward) {
  found_ = true;
  const std::string* layer = operation.output->layer;
  fault_ = {layer == nullptr ? "" : *layer, operation.name == nullptr ? "" : operation.name, tensor, value,
            backward};
}

void AnomalyDetector::enter(const std::string*, Pass pass) {
  if (pass == Pass::backward && !std::exchange(checked_, true)) check_results();
}

void AnomalyDetector::check_results() {
  for (const Operation& operation : operations_) {
    if (found_) return;
    const Var::Node& output = *operation.output;
    if (const Scalar* bad = find_fault(output.value, output.rows * output.cols))
      note(operation, "its result", static_cast<double>(*bad), false);
  }
}

const std::string& AnomalyDetector::name_of(Parameter p, Index at) const {
  const auto first = std::find_if(parameters_.views().begin(), parameters_.views().end(),
                                  [&](const ParameterView& v) { return v.parameter == p.id; });
  auto view = first;
  while (at >= view->offset - first->offset + view->size) ++view;
  return view->name;
}

void AnomalyDetector::pulled_back(Var result, Gradients& gradients) {
  const auto at = std::find_if(operations_.begin(), operations_.end(),
                               [&](const Operation& operation) { return operation.output == result.node_; });
  for (const Parameter p : std::exchange(touched_, {})) {
    if (found_ || at == operations_.end()) return;
    const Gradients::RowList& list = gradients.rows(p.id);
    const bool rows = !parameters_.entry(p.id).is_dense();
    const Scalar* bad = rows ? find_fault(list.rows.data(), static_cast<Index>(list.rows.size()))
                             : find_fault(gradients.target(p).data, p.rows * p.cols);
    if (bad == nullptr) continue;
    note(*at, "the gradient of " + name_of(p, rows ? 0 : bad - gradients.target(p).data),
         static_cast<double>(*bad), true);
  }
  // What it was computed from comes before it.
  for (auto before = operations_.begin(); before != at && !found_; ++before) {
    const Var::Node& input = *before->output;
    if (input.grad == nullptr) continue;
    if (const Scalar* bad = find_fault(input.grad, input.rows * input.cols))
      note(*at, "the gradient that it hands on", static_cast<double>(*bad), true);
  }
}

}  // namespace orochi
