#pragma once

#include <orochi/task.hpp>

namespace orochi {

void add_classification(Tasks& tasks);
void add_masked_rows(Tasks& tasks);
void add_masked_tokens(Tasks& tasks);
void add_multi_label(Tasks& tasks);
void add_regression(Tasks& tasks);
void add_token_labels(Tasks& tasks);

/// R2, mean absolute error, root of the mean squared error and Spearman's correlation of numbers [M, W] with
/// targets [M, W]: each over the columns' mean, as scikit-learn's uniform_average.
Figures number_figures(std::span<const double> numbers, std::span<const double> targets, std::size_t width);

/// Rows first .. end - 1 of one type.
struct Span {
  std::string type;
  Index first = 0, end = 0;
  bool operator==(const Span&) const = default;
};
/// The spans of tags O, B-TYPE and I-TYPE, as seqeval has them: I- begins a span, too, where none of its type
/// goes on.
std::vector<Span> bio_spans(std::span<const double> tags, const std::vector<std::string>& names);

}  // namespace orochi
