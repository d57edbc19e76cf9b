// What a baseline has to answer, as columns of numbers, each of a model of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/task.hpp>

namespace orochi {

class Wanted {
 public:
  /// A usage_error of a task that has no baselines. The task must live as long.
  Wanted(const Task& task, const Sequences& train);
  static bool is_known(const Task& task, const Sequences& train) { return form_of(task, train).has_value(); }

  bool is_numbers() const { return form_ == Form::numbers; }
  Index columns() const { return columns_; }  // C
  /// Of training sequence i: 1 or -1 for a label that it has or has not, or a number, scaled as a model's
  /// outputs are.
  double operator()(Index i, Index column) const;
  /// Decisions [N, C] as outputs [N, K] of a model.
  std::vector<float> outputs(std::span<const float> decisions) const;

 private:
  enum class Form { one_label, labels, numbers };
  static std::optional<Form> form_of(const Task& task, const Sequences& train);

  const Task& task_;
  const Sequences& train_;
  Form form_;
  Index columns_;
  std::vector<double> zero_, one_;  // [W]: the targets that outputs of 0 and of 1 mean
};

/// What the task keeps of outputs. [M, K] -> [M, kept]
std::vector<double> kept_of(const Task& task, std::span<const float> outputs);
/// The task's figures of what it kept of the outputs of some sequences' items.
Figures figures_of(const Task& task, std::span<const double> kept, const Sequences& data,
                   std::span<const std::uint32_t> numbers);
/// 0 .. count - 1
std::vector<std::uint32_t> all_numbers(Index count);

}  // namespace orochi
