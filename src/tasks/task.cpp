#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/task.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {

std::string Prediction::text(const std::string& separator) const {
  std::string result;
  for (const std::string& label : labels) result += (result.empty() ? "" : separator) + label;
  for (const double value : values) result += (result.empty() ? "" : ",") + fmt::format("{:.6g}", value);
  return result;
}

double Task::item_loss(std::span<const Scalar> outputs, std::span<const double> target) const {
  Parameters none;
  none.allocate();
  Tape tape(none);
  tape.begin(Mode::infer, nullptr, {});
  Var row = tape.input(1, std::ssize(outputs), false);
  std::copy(outputs.begin(), outputs.end(), row.data());
  Batch batch;
  const std::vector<Index> offsets{0, 1};
  batch.offsets = offsets;
  batch.targets = target;
  batch.target_width = target_width();
  return static_cast<double>(loss(row, batch, weight(target)).value()(0, 0));
}

OutputShape Task::shape() const {
  OutputShape result(outputs(), level());
  result.hides_rows = !are_in_file();
  result.ties_head = ties_head();
  return result;
}

void Task::ask(const Batch&, RandomKey, Asked&) const {
  throw failure("[task] its targets are not in files: it must override `ask`, which makes them");
}

namespace {

/// Refuses what no loss could be taken of.
void check_asked(const Task& task, const Batch& batch, const Asked& asked) {
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const auto next = std::lower_bound(asked.rows.begin(), asked.rows.end(), batch.first_row(b));
    if (next == asked.rows.end() || *next >= batch.first_row(b) + batch.length(b))
      throw failure(
          fmt::format("[task] expected one row or more that is asked of each sequence, found none of "
                      "sequence {}",
                      b));
  }
  if (std::ssize(asked.targets) != std::ssize(asked.rows) * task.target_width())
    throw failure(fmt::format("[task] expected {} for each of {} asked rows, found {}",
                              counted(task.target_width(), "number"), asked.rows.size(),
                              asked.targets.size()));
}

}  // namespace

Batch ask(const Task& task, const Batch& batch, RandomKey key, Asked& asked) {
  if (task.are_in_file()) return batch;
  asked.tokens.clear(), asked.values.clear(), asked.rows.clear(), asked.hidden.clear();
  asked.targets.clear(), asked.weights.clear();
  task.ask(batch, key, asked);
  check_asked(task, batch, asked);
  if (!batch.weights.empty())
    for (const Index row : asked.rows) asked.weights.push_back(batch.weights[as_size(row)]);
  Batch result = batch;
  for (std::vector<Index>* rows : {&asked.rows, &asked.hidden})
    for (Index& row : *rows) row += batch.offsets.front();
  if (!asked.tokens.empty()) result.tokens = asked.tokens;
  if (!asked.values.empty()) result.values = asked.values;
  result.asked = asked.rows;
  result.hidden = asked.hidden;
  result.targets = asked.targets;
  result.target_width = task.target_width();
  result.weights = asked.weights;
  return result;
}

void Task::keep(std::span<const Scalar> outputs, std::span<double> kept) const {
  std::copy(outputs.begin(), outputs.end(), kept.begin());
}

std::string LabelTask::check(std::string_view target) const { return label_error(target); }

void LabelTask::fit(std::span<const std::string> targets) {
  labels_ = LabelSet({targets.begin(), targets.end()});
  if (labels_.size() == 1)
    throw usage_error(fmt::format("every {} has the label {}; a classifier needs two labels or more",
                                  level() == Level::row ? "row" : "sequence",
                                  quote(labels_.names().front())));
}

void LabelTask::parse(std::string_view target, std::vector<double>& numbers) const {
  numbers.push_back(static_cast<double>(labels_.id(target)));
}

std::string LabelTask::text(std::span<const double> target) const { return labels_.name(target.front()); }

std::int32_t LabelTask::stratum(std::span<const double> target) const {
  return static_cast<std::int32_t>(target.front());
}

std::string LabelTask::summary() const { return counted(labels_.size(), "label"); }

Index LabelTask::choose(std::span<const Scalar> outputs) const {
  return std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
}

double LabelTask::score(std::span<const Scalar> outputs, std::span<const double> target) const {
  return static_cast<double>(choose(outputs)) == target.front() ? 1 : 0;
}

void LabelTask::keep(std::span<const Scalar> outputs, std::span<double> kept) const {
  kept.front() = static_cast<double>(choose(outputs));
}

Figures LabelTask::metrics(const Outcomes& outcomes) const {
  return class_figures(outcomes.targets, outcomes.kept, labels_.names());
}

Prediction LabelTask::predict(std::span<const Scalar> outputs) const {
  Prediction prediction;
  const auto k = as_size(this->outputs());
  for (std::size_t at = 0; at < outputs.size(); at += k)
    prediction.labels.push_back(labels_.name(static_cast<double>(choose(outputs.subspan(at, k)))));
  return prediction;
}

double LabelTask::chance_loss() const { return std::log(static_cast<double>(labels_.size())); }

namespace {

double ratio(Index numerator, Index denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

std::vector<Confusion> count_confusions(std::span<const double> labels, std::span<const double> predictions) {
  std::map<std::pair<Index, Index>, Index> counts;
  for (std::size_t i = 0; i < labels.size(); ++i)
    ++counts[{static_cast<Index>(labels[i]), static_cast<Index>(predictions[i])}];
  std::vector<Confusion> confusions;
  confusions.reserve(counts.size());
  for (const auto& [cell, count] : counts) confusions.push_back({cell.first, cell.second, count});
  return confusions;
}

/// Of more than two classes (Gorodkin 2004); 0 where labels or predictions are all alike.
double matthews(std::span<const Index> support, std::span<const Index> predicted, Index correct) {
  double count = 0, both = 0, labels = 0, predictions = 0;
  for (std::size_t k = 0; k < support.size(); ++k) {
    const auto t = static_cast<double>(support[k]), p = static_cast<double>(predicted[k]);
    count += t, both += t * p, labels += t * t, predictions += p * p;
  }
  const double spread = (count * count - predictions) * (count * count - labels);
  return spread == 0 ? 0 : (static_cast<double>(correct) * count - both) / std::sqrt(spread);
}

}  // namespace

Figures class_figures(std::span<const double> labels, std::span<const double> predictions,
                      std::vector<std::string> names) {
  Figures m;
  const auto count = std::ssize(labels);
  m.labels = std::move(names);
  m.classes.resize(m.labels.size());
  m.confusions = count_confusions(labels, predictions);
  std::vector<Index> support(m.classes.size()), predicted(m.classes.size()), hits(m.classes.size());  // [K]
  for (const Confusion& cell : m.confusions) {
    support[as_size(cell.label)] += cell.count;
    predicted[as_size(cell.prediction)] += cell.count;
    if (cell.label == cell.prediction) hits[as_size(cell.label)] = cell.count;
  }
  Index correct = 0, occurring = 0;
  double macro_f1 = 0, weighted_f1 = 0;
  for (std::size_t k = 0; k < m.classes.size(); ++k) {
    const Index both = predicted[k] + support[k];
    m.classes[k] = {ratio(hits[k], predicted[k]), ratio(hits[k], support[k]), ratio(2 * hits[k], both),
                    support[k]};
    correct += hits[k];
    occurring += both > 0;
    macro_f1 += m.classes[k].f1;
    weighted_f1 += m.classes[k].f1 * static_cast<double>(support[k]);
  }
  if (occurring > 0) macro_f1 /= static_cast<double>(occurring);
  if (count > 0) weighted_f1 /= static_cast<double>(count);
  m.values = {ratio(correct, count), macro_f1, weighted_f1, matthews(support, predicted, correct)};
  return m;
}

}  // namespace orochi
