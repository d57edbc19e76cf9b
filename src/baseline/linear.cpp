#include "baseline/linear.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/child_process.hpp"

namespace orochi {
namespace {

constexpr int most_seconds = 3600;  // of a call, which takes seconds
constexpr unsigned seed = 1;

/// Appends the decisions of a model of one column. [asked]
void fit_and_decide(int solver, double cost, std::span<feature_node*> rows, std::vector<double> wanted,
                    Index features, std::span<const feature_node* const> asked,
                    std::vector<float>& decisions) {
  // What all rows want alike needs no model.
  if (std::adjacent_find(wanted.begin(), wanted.end(), std::not_equal_to<>()) == wanted.end()) {
    decisions.insert(decisions.end(), asked.size(), wanted.empty() ? 0 : static_cast<float>(wanted.front()));
    return;
  }
  const problem data{static_cast<int>(rows.size()), static_cast<int>(features), wanted.data(), rows.data(),
                     1};
  parameter settings{};
  settings.solver_type = solver;
  settings.C = cost;
  settings.eps = solver == L2R_L2LOSS_SVR ? 1e-4 : 0.1;  // liblinear's own for each
  std::srand(seed);
  model* fitted = ::train(&data, &settings);
  for (const feature_node* node : asked) {  // of labels 1 and -1, liblinear has 1 on the positive side
    double sum = 0;
    for (; node->index > 0; ++node) sum += fitted->w[node->index - 1] * node->value;
    decisions.push_back(static_cast<float>(sum));
  }
  ::free_and_destroy_model(&fitted);
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

}  // namespace

std::vector<float> linear_decisions(int solver, double cost, std::span<feature_node*> rows,
                                    std::span<const std::vector<double>> wanted, Index features,
                                    std::span<const feature_node* const> asked) {
  std::vector<float> decisions;
  const ChildEnd end = run_in_child(
      most_seconds,
      [&](Sender& sender) {
        ::set_print_string_function([](const char*) {});
        std::vector<float> all;
        for (const std::vector<double>& column : wanted)
          fit_and_decide(solver, cost, rows, column, features, asked, all);
        sender.array(all);
      },
      [&](Receiver& receiver) { return receiver.array(decisions); });
  if (end.kind != ChildEnd::Kind::whole)
    throw failure(fmt::format("a linear model could not be fitted: {}", reason(end)));
  return decisions;
}

}  // namespace orochi
