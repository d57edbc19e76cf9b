// A data file whose targets are numbers, as its task has them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "data/raw.hpp"

namespace orochi {

/// A file with the targets of its sequences as numbers.
struct TargetFile {
  explicit TargetFile(RawSplit split = RawSplit())
      : raw(std::move(split)), numbers(raw.storage()), begins(1, 0, raw.storage()), strata(raw.storage()) {}

  RawSplit raw;
  Column<double> numbers;       // [M, W]
  Column<std::size_t> begins;   // [B + 1]: into numbers
  Column<std::int32_t> strata;  // [B]

  std::span<const double> target(std::size_t i) const {
    return std::span(numbers).subspan(begins[i], begins[i + 1] - begins[i]);
  }
};

/// At a sequence of the file, by line where it has lines. `what` is only asked where it is shown.
void add_at(const RawSplit& raw, std::size_t i, FileErrors& errors, const std::function<std::string()>& what);

/// What is wrong with all targets of the training file together is an error of it.
void fit_targets(const RawSplit& raw, Targets& targets, FileErrors& errors);

/// As many channels, or texts, as `other` has; else an error.
void check_shape(const RawSplit& raw, const std::string& other, Index channels, Index texts,
                 FileErrors& errors);

/// The numbers of each target; one that does not fit and another width of rows are errors.
void parse_targets(TargetFile& file, const Targets& targets, const Preprocessing& training,
                   FileErrors& errors);

/// A group of the training file in another one would make that no test of anything new.
void refuse_shared_groups(const RawSplit& train, const RawSplit& other, FileErrors& errors);

}  // namespace orochi
