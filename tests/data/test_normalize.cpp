#include <cmath>

#include "catch.hpp"
#include "data/normalize.hpp"

namespace {

using namespace orochi;

/// Two channels: 1 2 3 4 and a constant that no float sum of it divides back to.
Sequences sample() {
  Sequences data;
  data.channels = 2;
  data.values = {1, 0.1f, 2, 0.1f, 3, 0.1f, 4, 0.1f};
  data.offsets = {0, 1, 4};
  return data;
}

}  // namespace

TEST_CASE("mean and deviation are those of the training rows", "[normalize]") {
  Preprocessing figures;
  fit_normalization(sample(), true, figures);
  CHECK(figures.channels == 2);
  CHECK(figures.mean == std::vector<float>{2.5f, 0.1f});
  CHECK(figures.deviation == std::vector<float>{static_cast<float>(std::sqrt(1.25)), 1.0f});
}

TEST_CASE("normalized rows have mean 0 and deviation 1, a constant channel becomes 0", "[normalize]") {
  Sequences data = sample();
  Preprocessing figures;
  fit_normalization(data, true, figures);
  normalize(data.values, figures.mean, figures.deviation);
  double sum = 0, square = 0;
  for (std::size_t at = 0; at < data.values.size(); at += 2) {
    sum += data.values[at];
    square += data.values[at] * data.values[at];
    CHECK(data.values[at + 1] == 0.0f);
  }
  CHECK_THAT(sum, catch_matchers::WithinAbs(0.0, 1e-6));
  CHECK_THAT(square / 4, catch_matchers::WithinAbs(1.0, 1e-6));
}

TEST_CASE("a large mean does not swallow a small deviation", "[normalize]") {
  Sequences data;
  data.channels = 1;
  data.values = {1e6f, 1e6f + 1, 1e6f, 1e6f + 1};
  data.offsets = {0, 4};
  Preprocessing figures;
  fit_normalization(data, true, figures);
  CHECK(figures.mean == std::vector<float>{1e6f + 0.5f});
  CHECK(figures.deviation == std::vector<float>{0.5f});
}

TEST_CASE("without normalization the values stay", "[normalize]") {
  Sequences data = sample();
  const Column<float> before = data.values;
  Preprocessing figures;
  fit_normalization(data, false, figures);
  CHECK(figures.mean == std::vector<float>{0, 0});
  CHECK(figures.deviation == std::vector<float>{1, 1});
  normalize(data.values, figures.mean, figures.deviation);
  CHECK(data.values == before);
}
