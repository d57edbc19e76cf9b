#include "baseline/wanted.hpp"

#include <algorithm>
#include <numeric>

#include <orochi/error.hpp>

#include "core/as_size.hpp"

namespace orochi {

std::optional<Wanted::Form> Wanted::form_of(const Task& task, const Sequences& train) {
  if (task.level() == Level::sequence && task.are_in_file()) {
    const auto is_flag = [](double t) { return t == 0 || t == 1; };
    if (task.are_numbers() && task.outputs() == task.target_width()) return Form::numbers;
    if (task.target_width() == 1 && task.strata() > 1 && task.strata() == task.outputs())
      return Form::one_label;
    if (task.target_width() == task.outputs() && task.outputs() > 0 &&
        std::all_of(train.targets.begin(), train.targets.end(), is_flag))
      return Form::labels;
  }
  return std::nullopt;
}

Wanted::Wanted(const Task& task, const Sequences& train)
    : task_(task), train_(train), columns_(task.outputs()) {
  const std::optional<Form> form = form_of(task, train);
  if (!form)
    throw usage_error(
        "there are baselines for tasks with one label, any number of labels, or numbers a sequence, or a "
        "label "
        "a row: classification, multi_label, regression and token_labels; this config has another task");
  form_ = *form;
  if (form_ == Form::one_label && columns_ == 2) columns_ = 1;  // the second label or not
  if (form_ != Form::numbers) return;
  zero_.resize(as_size(columns_)), one_.resize(as_size(columns_));
  task.keep(std::vector<Scalar>(as_size(columns_), 0), zero_);
  task.keep(std::vector<Scalar>(as_size(columns_), 1), one_);
}

double Wanted::operator()(Index i, Index column) const {
  const std::span<const double> target = train_.target(i);
  const std::size_t c = as_size(column);
  if (form_ == Form::numbers) return (target[c] - zero_[c]) / (one_[c] - zero_[c]);
  if (form_ == Form::labels) return target[c] > 0.5 ? 1 : -1;
  const Index label = columns_ == 1 ? 1 : column;
  return static_cast<Index>(target.front()) == label ? 1 : -1;
}

std::vector<float> Wanted::outputs(std::span<const float> decisions) const {
  if (columns_ == task_.outputs()) return {decisions.begin(), decisions.end()};
  std::vector<float> both;
  for (const float decision : decisions) both.insert(both.end(), {-decision, decision});
  return both;
}

std::vector<double> kept_of(const Task& task, std::span<const float> outputs) {
  const std::size_t each = as_size(task.outputs()), own = as_size(task.kept());
  std::vector<double> kept(outputs.size() / each * own);
  for (std::size_t i = 0; i * each < outputs.size(); ++i)
    task.keep(outputs.subspan(i * each, each), std::span(kept).subspan(i * own, own));
  return kept;
}

Figures figures_of(const Task& task, std::span<const double> kept, const Sequences& data,
                   std::span<const std::uint32_t> numbers) {
  std::vector<double> targets;
  std::vector<Index> offsets{0};
  for (const std::uint32_t i : numbers) {
    const std::span<const double> own = data.target(i);
    targets.insert(targets.end(), own.begin(), own.end());
    offsets.push_back(offsets.back() + data.item(i + 1) - data.item(i));
  }
  return task.metrics({kept, targets, offsets});
}

std::vector<std::uint32_t> all_numbers(Index count) {
  std::vector<std::uint32_t> numbers(as_size(count));
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

}  // namespace orochi
