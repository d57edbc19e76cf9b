#include "baseline/linear.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "data/child_process.hpp"

namespace orochi {
namespace {

constexpr int most_seconds = 3600;  // of a call, which takes seconds
constexpr unsigned seed = 1;

/// The weights of a model of one column; the last is that of the constant. [features]
std::vector<double> fit(int solver, double cost, std::span<feature_node*> rows, std::vector<double> wanted,
                        Index features) {
  std::vector<double> weights(as_size(features));
  // What all rows want alike needs no model.
  if (std::adjacent_find(wanted.begin(), wanted.end(), std::not_equal_to<>()) == wanted.end()) {
    weights.back() = wanted.empty() ? 0 : wanted.front();
    return weights;
  }
  const problem data{static_cast<int>(rows.size()), static_cast<int>(features), wanted.data(), rows.data(),
                     1};
  parameter settings{};
  settings.solver_type = solver;
  settings.C = cost;
  settings.eps = solver == L2R_L2LOSS_SVR ? 1e-4 : 0.1;  // liblinear's own for each
  std::srand(seed);
  model* fitted = ::train(&data, &settings);
  // of labels 1 and -1, liblinear has 1 on the positive side
  std::copy_n(fitted->w, weights.size(), weights.begin());
  ::free_and_destroy_model(&fitted);
  return weights;
}

float decision(const std::vector<double>& weights, const feature_node* row) {
  double sum = 0;
  for (; row->index > 0; ++row) sum += weights[as_size(row->index - 1)] * row->value;
  return static_cast<float>(sum);
}

std::string reason(const ChildEnd& end) {
  switch (end.kind) {
    case ChildEnd::Kind::no_memory:
      return "there is not enough memory; use a part of the data";
    case ChildEnd::Kind::too_slow:
      return "it took more than an hour; use a part of the data";
    default:
      return "liblinear broke down: " + end.what;
  }
}

/// Calls `work` in a process of its own and gives the numbers that it makes.
std::vector<float> numbers_of_child(const std::function<std::vector<float>()>& work) {
  std::vector<float> numbers;
  const ChildEnd end = run_in_child(
      most_seconds,
      [&](Sender& sender) {
        ::set_print_string_function([](const char*) {});
        sender.array(work());
      },
      [&](Receiver& receiver) { return receiver.array(numbers); });
  if (end.kind != ChildEnd::Kind::whole)
    throw failure(fmt::format("a linear model could not be fitted: {}", reason(end)));
  return numbers;
}

}  // namespace

std::vector<float> linear_decisions(int solver, double cost, std::span<feature_node*> rows,
                                    std::span<const std::vector<double>> wanted, Index features,
                                    std::span<const feature_node* const> asked) {
  return numbers_of_child([&] {
    std::vector<float> decisions;
    for (const std::vector<double>& column : wanted) {
      const std::vector<double> weights = fit(solver, cost, rows, column, features);
      for (const feature_node* row : asked) decisions.push_back(decision(weights, row));
    }
    return decisions;
  });
}

std::vector<float> linear_weights(int solver, double cost, std::span<feature_node*> rows,
                                  const std::vector<double>& wanted, Index features) {
  return numbers_of_child([&] {
    const std::vector<double> weights = fit(solver, cost, rows, wanted, features);
    return std::vector<float>(weights.begin(), weights.end());
  });
}

}  // namespace orochi
