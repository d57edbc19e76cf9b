// Texts, or cases of numbers, as rows: for checks of tasks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

namespace orochi {

struct SampleRows {
  /// Cases as .ts files have them, "1,2,3:4,5,6", or else texts, whose rows are characters.
  explicit SampleRows(std::span<const std::string> sequences);
  SampleRows(const SampleRows&) = delete;
  SampleRows& operator=(const SampleRows&) = delete;

  Preprocessing preprocessing;
  Sequences sequences;
  std::vector<std::uint32_t> samples;
  Batch batch;
};

}  // namespace orochi
