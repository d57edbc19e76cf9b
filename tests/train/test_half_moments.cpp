// Moments that are kept in bf16.
#include <numeric>

#include <orochi/extensions.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "core/as_size.hpp"
#include "train/halves.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

/// A vector of parameters under Adam.
struct Trained {
  explicit Trained(Index count) {
    const std::string name = "weight";
    parameters.add({&name, 1}, {count}, Init::zeros(), Use::vector);
    parameters.allocate();
    updater.emplace(builtin().optimizers.make(Component{"adamw", {}}), parameters, 7);
  }
  void update(const std::vector<Scalar>& gradient, Index range_size) {
    ++updates;
    for (const ParameterRange& range : parameter_ranges(parameters, range_size))
      updater->update({updates, 1e-3, 1}, range, gradient.data() + range.begin);
  }
  std::vector<Scalar> moment(std::size_t i) {
    std::vector<Scalar> room;
    const std::span<const Scalar> numbers = updater->moments()[i].numbers(room);
    return {numbers.begin(), numbers.end()};
  }
  Parameters parameters;
  std::optional<Updater> updater;
  std::uint64_t updates = 0;
};

}  // namespace

TEST_CASE("rounding to bf16 is right in the mean, and leaves what bf16 has") {
  for (const Scalar number : {Scalar(1.001), Scalar(-3e-7), Scalar(0.7), Scalar(123456)}) {
    double sum = 0;
    for (std::uint32_t random = 0; random < 65536; ++random)
      sum += static_cast<double>(from_half(to_half(number, random)));
    CHECK_THAT(sum / 65536, WithinRel(static_cast<double>(static_cast<float>(number)), 1e-6));
  }
  for (const Scalar number : {Scalar(0), Scalar(1.5), Scalar(-0.0078125)})
    CHECK(from_half(to_half(number, 65535)) == number);
  CHECK_FALSE(std::isfinite(from_half(to_half(std::numeric_limits<Scalar>::infinity(), 65535))));
  CHECK(std::isnan(from_half(to_half(std::numeric_limits<Scalar>::quiet_NaN(), 65535))));
}

TEST_CASE("changes smaller than bf16 can say are not lost: moments come to their means") {
  constexpr Index count = 1000;
  Trained trained(count);
  const std::vector<Scalar> gradient(as_size(count), Scalar(0.1));
  for (int i = 0; i < 3000; ++i) trained.update(gradient, 300);
  const auto mean = [&](std::size_t moment) {
    const std::vector<Scalar> all = trained.moment(moment);
    return std::accumulate(all.begin(), all.begin() + count, 0.0) / count;
  };
  CHECK_THAT(mean(0), WithinRel(0.1, 0.01));
  CHECK_THAT(mean(1), WithinRel(0.01 * (1 - std::pow(0.999, 3000)), 0.01));
}

TEST_CASE("the cuts between ranges do not show in moments in bf16, and one that is set stays") {
  constexpr Index count = 777;
  std::vector<Scalar> gradient;
  for (Index i = 0; i < count; ++i) gradient.push_back(static_cast<Scalar>(std::sin(static_cast<double>(i))));
  Trained a(count), b(count);
  for (int i = 0; i < 5; ++i) a.update(gradient, 1000), b.update(gradient, 13);
  CHECK(std::ranges::equal(a.parameters.flat(), b.parameters.flat()));
  for (std::size_t m = 0; m < 2; ++m) {
    const std::vector<Scalar> moment = a.moment(m);
    CHECK(moment == b.moment(m));
    a.updater->moments()[m].set(moment);
    CHECK(a.moment(m) == moment);
  }
}
