// Dropout through the layers of a Classifier: the very bits that docs/training.md documents, the share that
// is kept, and that nothing shares its bits with anything else.
#include <cmath>

#include <orochi/ops.hpp>

#include "catch.hpp"
#include "dropout_masks.hpp"
#include "statistics.hpp"

using namespace orochi;

namespace {

/// Elements of the mask that the documented counter decides otherwise.
Index wrong_bits(const Mask& mask, const DropoutPass& pass) {
  Index wrong = 0;
  for (Index i = 0; i < mask.rows; ++i)
    for (Index j = 0; j < mask.cols; ++j)
      wrong += (mask(i, j) != 0) !=
               documented_keep(pass.key, pass.samples[mask.sequence], mask.stream, i, j, pass.p);
  return wrong;
}

void check_bits(const std::vector<Mask>& masks, const DropoutPass& pass) {
  for (const Mask& mask : masks) {
    INFO(mask.name << " of sequence " << mask.sequence);
    CHECK(wrong_bits(mask, pass) == 0);
  }
}

/// What is kept in both: Binomial(elements, (1 - p)^2) where they are independent.
void check_independent(const Mask& a, const Mask& b, double p) {
  const Index rows = std::min(a.rows, b.rows), cols = std::min(a.cols, b.cols);
  Index both = 0;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) both += a(i, j) & b(i, j);
  const double q = share_kept(p), n = static_cast<double>(rows * cols);
  INFO(a.name << " of sequence " << a.sequence << " and " << b.name << " of sequence " << b.sequence << ": "
              << both << " kept in both of " << n << ", expected " << n * q * q);
  CHECK(binomial_tail(n, q * q, static_cast<double>(both)) > by_chance);
}

void check_all_independent(const std::vector<Mask>& masks, double p) {
  for (std::size_t a = 0; a < masks.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) check_independent(masks[a], masks[b], p);
}

/// Neighbours inside of one mask, in pairs that share no element: `apart` rows or columns from each other.
void check_neighbors(const Mask& mask, double p, Index rows_apart, Index cols_apart) {
  const auto leads = [](Index i, Index apart) { return apart == 0 || i / apart % 2 == 0; };
  Index both = 0, pairs = 0;
  for (Index i = 0; i + rows_apart < mask.rows; ++i)
    for (Index j = 0; j + cols_apart < mask.cols; ++j)
      if (leads(i, rows_apart) && leads(j, cols_apart)) {
        ++pairs;
        both += mask(i, j) & mask(i + rows_apart, j + cols_apart);
      }
  const double q = share_kept(p);
  INFO(mask.name << ", " << rows_apart << " rows and " << cols_apart << " columns apart: " << both << " of "
                 << pairs);
  CHECK(binomial_tail(static_cast<double>(pairs), q * q, static_cast<double>(both)) > by_chance);
}

/// All masks of a pass, attention's last.
std::vector<Mask> masks_of(const DropoutPass& pass) {
  std::vector<Mask> masks = pass.rows();
  for (Mask& mask : pass.attention()) masks.push_back(std::move(mask));
  return masks;
}

/// Three sequences of one length.
DropoutPass equal_lengths() {
  DropoutPass pass;
  pass.lengths = {140, 140, 140};
  return pass;
}

}  // namespace

TEST_CASE("embedding, feed-forward and both residual branches drop out the documented bits") {
  DropoutPass pass;
  pass.hidden = 144;  // more than the 64 columns of one block of counters
  check_bits(pass.rows(), pass);
  pass.hidden = 30;
  SECTION("with the norm last") { pass.norm_first = false; }
  SECTION("with a class token, whose row is the first") { pass.class_token = true; }
  SECTION("with an activation that is not built in") { pass.own_activation = true; }
  SECTION("at another step") { pass.key.step = 4294967295; }
  SECTION("under another seed") { pass.key.seed = 0; }
  SECTION("with another p") { pass.p = 0.8; }
  check_bits(pass.rows(), pass);
}

TEST_CASE("every head drops out the documented bits of its filter") {
  DropoutPass pass;
  SECTION("all keys") {}
  SECTION("a window, whose blocks of keys start anywhere") { pass.window = 35; }
  SECTION("causal, two sequences alike but for their numbers") {
    pass.causal = true;
    pass.lengths = {130, 130};
    pass.samples = {1, 2};
  }
  const std::vector<RowMatrix> filters = pass.filters();
  REQUIRE(filters.size() == 2);
  double worst = 0;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    Index first = 0;
    for (std::size_t b = 0; b < pass.lengths.size(); first += pass.lengths[b], ++b)
      for (Index i = 0; i < pass.lengths[b]; ++i) {
        const Index reach = pass.window > 0 ? pass.window : pass.lengths[b];
        const Index from = std::max<Index>(i - reach, 0),
                    to = pass.causal ? i + 1 : std::min(i + reach + 1, pass.lengths[b]);
        for (Index h = 0; h < DropoutPass::heads; ++h)
          for (Index j = 0; j < pass.longest(); ++j) {
            const std::uint32_t stream = DropoutPass::first_stream(layer) + static_cast<std::uint32_t>(h);
            const bool keep =
                j >= from && j < to && documented_keep(pass.key, pass.samples[b], stream, j, i, pass.p);
            const double expected = keep ? 1 / share_kept(pass.p) / static_cast<double>(to - from) : 0,
                         found = static_cast<double>(filters[layer](first + i, h * pass.longest() + j));
            worst = std::max(worst, std::abs(found - expected) * static_cast<double>(to - from));
          }
      }
  }
  CHECK(worst < 1e-4);
}

TEST_CASE("every stream keeps the share that it should") {
  for (const double p : {0.05, 0.1, 0.5, 0.9}) {
    DropoutPass pass = equal_lengths();
    pass.p = p;
    for (const Mask& mask : masks_of(pass)) {
      const double n = static_cast<double>(mask.kept.size()),
                   kept = static_cast<double>(std::count(mask.kept.begin(), mask.kept.end(), 1));
      INFO(mask.name << " of sequence " << mask.sequence << ", p = " << p << ": " << kept << " of " << n);
      CHECK(binomial_tail(n, share_kept(p), kept) > by_chance);
    }
  }
}

TEST_CASE("nothing is dropped out at p = 0") {
  DropoutPass pass;
  pass.p = 0;
  for (const Mask& mask : masks_of(pass))
    CHECK(std::count(mask.kept.begin(), mask.kept.end(), 1) == std::ssize(mask.kept));
}

TEST_CASE("sites, heads, layers and samples share no bits") {
  const DropoutPass pass = equal_lengths();
  const std::vector<Mask> masks = masks_of(pass);
  REQUIRE(masks.size() == 3 * (1 + 2 * (3 + DropoutPass::heads)));
  check_all_independent(masks, pass.p);
}

TEST_CASE("rows and columns of a mask share no bits") {
  DropoutPass pass;
  pass.lengths = {150}, pass.samples = {5};
  for (const Mask& mask : masks_of(pass)) {
    for (const Index apart : {1, 2, 64}) check_neighbors(mask, pass.p, apart, 0);
    for (const Index apart : {1, 16, 32, 64})
      if (apart < mask.cols) check_neighbors(mask, pass.p, 0, apart);
    check_neighbors(mask, pass.p, 1, 1);
  }
}

TEST_CASE("steps and seeds share no bits") {
  const DropoutPass pass = equal_lengths();
  const std::vector<Mask> masks = masks_of(pass);
  const RandomKey others[] = {{pass.key.seed, pass.key.step + 1},
                              {pass.key.seed + 1, pass.key.step},
                              {pass.key.seed + 1, pass.key.step + 1},
                              {pass.key.step, pass.key.seed}};
  for (const RandomKey& key : others) {
    DropoutPass other = pass;
    other.key = key;
    const std::vector<Mask> changed = masks_of(other);
    for (std::size_t i = 0; i < masks.size(); ++i) check_independent(masks[i], changed[i], pass.p);
  }
}
