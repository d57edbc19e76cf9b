#include "model/layer_checks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "model/differences.hpp"

namespace orochi {
namespace {

using Values = std::vector<Scalar>;

constexpr const char* add_advice =
    "add to a gradient (x.add_grad, x.grad_sum, tape.add_grad, tape.grad_sum), never assign it";
constexpr const char* own_rows =
    "read only the sequence's own rows: batch.length(b) of them from batch.first_row(b) on";

/// Where `found` first is not `factor` * expected + start, or -1.
Index find_difference(const Values& found, const Values& expected, double factor = 1, double start = 0) {
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!near(static_cast<double>(found[i]), factor * static_cast<double>(expected[i]) + start))
      return static_cast<Index>(i);
  return -1;
}

std::string location_text(Index i, Index columns) {
  return fmt::format("row {}, column {}", i / columns, i % columns);
}

class LayerChecks {
 public:
  LayerChecks(LayerTrial& trial, const std::string& name)
      : trial_(trial), name_(name), gradients_(trial.parameters()) {}

  std::vector<std::string> run(LayerTrial& plain, std::string& note) {
    if (!check_memory()) return errors_;
    whole_ = trial_.run(trial_.whole(), {}, gradients_);
    flat_ = trial_.flat(gradients_);
    const bool alone = check_company(), added = check_uses();
    if (alone && added) check_chunks();
    check_inference(plain, note);
    return errors_;
  }

 private:
  bool refuse(const std::string& expected, const std::string& found, const std::string& advice) {
    errors_.push_back(fmt::format("[{}] {}; found {}; {}", name_, expected, found, advice));
    return false;
  }

  /// The parameter that holds scalar i of the flat buffer.
  std::string parameter_text(Index i) const {
    for (const ParameterView& view : trial_.parameters().views())
      if (i >= view.offset && i < view.offset + view.size)
        return fmt::format("{}[{}]", view.name, i - view.offset);
    return "a parameter";
  }

  /// What no operation wrote is what the memory held before: once NaN, once 0.
  bool check_memory() {
    const Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
    Gradients over_nan(trial_.parameters()), over_zero(trial_.parameters());
    std::fill_n(over_nan.dense(), trial_.parameters().dense_size(), nan);
    const LayerPass one = trial_.run(trial_.whole(), {.memory = nan}, over_nan),
                    other = trial_.run(trial_.whole(), {.memory = Scalar(0)}, over_zero);
    const auto in_result = [&](Index i) { return location_text(i, one.columns) + " of the result"; };
    const auto in_gradient = [&](Index i) {
      return location_text(i, trial_.width()) + " of the gradient of x";
    };
    const auto in_parameter = [&](Index i) { return "the gradient of " + parameter_text(i); };
    return check_written(one.y, other.y, in_result, "write every element of tape.result(rows, cols)") &&
           check_written(one.dx, other.dx, in_gradient,
                         "write all of it, or take x.grad_sum(), which begins at 0") &&
           check_written(trial_.flat(over_nan), trial_.flat(over_zero), in_parameter,
                         "write all of it, or take tape.grad_sum(parameter), which begins at 0");
  }

  bool check_written(const Values& over_nan, const Values& over_zero, const auto& name_of,
                     const char* advice) {
    for (std::size_t i = 0; i < over_nan.size(); ++i) {
      if (over_nan[i] == over_zero[i]) continue;
      const std::string name = name_of(static_cast<Index>(i));
      if (std::isfinite(over_zero[i]))
        return refuse(name + " should be written", "what the memory held before", advice);
      return refuse(name + " should be a finite number", fmt::format("{}", over_zero[i]),
                    "look at what it is computed from");
    }
    return true;
  }

  /// What sequences from `first` on gave by themselves against what they gave in the whole batch.
  bool compare_result(const LayerPass& part, Index first, const std::string& what, const char* advice) {
    return compare_rows(part.y, whole_.y, trial_.first_result(first) * whole_.columns, whole_.columns,
                        what + " should give the whole batch's result", advice);
  }
  bool compare_gradient(const LayerPass& part, Index first, const std::string& what, const char* advice) {
    return compare_rows(part.dx, whole_.dx, trial_.first_row(first) * trial_.width(), trial_.width(),
                        what + " should give the whole batch's gradient of x", advice);
  }
  bool compare_rows(const Values& found, const Values& whole, Index from, Index columns,
                    const std::string& what, const char* advice) {
    const Values expected(whole.begin() + from, whole.begin() + from + std::ssize(found));
    const Index i = find_difference(found, expected);
    if (i < 0) return true;
    const auto at = static_cast<std::size_t>(i);
    return refuse(fmt::format("{}, {:.6g} at its {}", what, expected[at], location_text(i, columns)),
                  fmt::format("{:.6g}", found[at]), advice);
  }

  /// Each sequence alone, the parameters' gradients summed.
  bool check_company() {
    std::vector<LayerPass> alone;
    Values sum(flat_.size());
    for (Index b = 0; b < trial_.num_sequences(); ++b) {
      Gradients gradients(trial_.parameters());
      alone.push_back(trial_.run({b, b + 1, false}, {}, gradients));
      const Values flat = trial_.flat(gradients);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += flat[i];
    }
    const auto compare = [&](auto compare_one) {  // all results first: a leak shows there where it arrives
      for (Index b = 0; b < std::ssize(alone); ++b)
        if (!(this->*compare_one)(alone[static_cast<std::size_t>(b)], b, fmt::format("sequence {} alone", b),
                                  own_rows))
          return false;
      return true;
    };
    if (!compare(&LayerChecks::compare_result) || !compare(&LayerChecks::compare_gradient)) return false;
    return compare_parameters(sum, 1, "the sequences alone should add up to the whole batch", own_rows);
  }

  bool compare_parameters(const Values& found, double factor, const char* what, const char* advice) {
    const Index i = find_difference(found, flat_, factor);
    if (i < 0) return true;
    const auto at = static_cast<std::size_t>(i);
    return refuse(fmt::format("{}, {:.6g} in the gradient of {}", what,
                              factor * static_cast<double>(flat_[at]), parameter_text(i)),
                  fmt::format("{:.6g}", found[at]), advice);
  }

  /// Twice on the same x, whose gradient has a value before.
  bool check_uses() {
    constexpr Scalar start = Scalar(0.5);
    Gradients gradients(trial_.parameters());
    const LayerPass twice = trial_.run(trial_.whole(), {.uses = 2, .start = start}, gradients);
    const Index i = find_difference(twice.dx, whole_.dx, 2, start);
    if (i >= 0) {
      const auto at = static_cast<std::size_t>(i);
      return refuse(
          fmt::format("two uses of x should add up, to {:.6g} at {} of its gradient",
                      2 * static_cast<double>(whole_.dx[at]) + start, location_text(i, trial_.width())),
          fmt::format("{:.6g}", twice.dx[at]), add_advice);
    }
    return compare_parameters(trial_.flat(gradients), 2, "two uses of the layer should add up", add_advice);
  }

  /// As training cuts a batch: slices of it, which add to the same gradients.
  bool check_chunks() {
    constexpr const char* advice =
        "a chunk's offsets do not begin at 0: take batch.first_row(b) for batch.offsets[b]";
    Gradients gradients(trial_.parameters());
    const Index cut = trial_.num_sequences() / 2, end = trial_.num_sequences();
    for (const Piece& piece : {Piece{0, cut, true}, Piece{cut, end, true}}) {
      const LayerPass chunk = trial_.run(piece, {}, gradients);
      const std::string what = fmt::format("a chunk from sequence {} on", piece.first);
      if (!compare_result(chunk, piece.first, what, advice) ||
          !compare_gradient(chunk, piece.first, what, advice))
        return false;
    }
    return compare_parameters(trial_.flat(gradients), 1, "two chunks should add up to the whole batch",
                              add_advice);
  }

  bool check_inference(LayerTrial& plain, std::string& note) {
    Gradients gradients(plain.parameters());
    const LayerPass training = plain.run(plain.whole(), {}, gradients),
                    other_key = plain.run(plain.whole(), {.key = {18, 4}}, gradients);
    if (training.y != other_key.y) {
      note = fmt::format(
          "[{}] draws random numbers with model.dropout = 0: inference was not compared with "
          "training; an option whose name has \"dropout\" in it is set to 0 for that",
          name_);
      return true;
    }
    const LayerPass inference = plain.run(
        plain.whole(), {.mode = Mode::infer, .memory = std::numeric_limits<Scalar>::quiet_NaN()}, gradients);
    const Index i = find_difference(inference.y, training.y);
    if (i < 0) return true;
    const auto at = static_cast<std::size_t>(i);
    return refuse(fmt::format("inference should give what training gives without dropout, {:.6g} at {}",
                              training.y[at], location_text(i, training.columns)),
                  fmt::format("{:.6g}", inference.y[at]), "compute the same in both modes");
  }

  LayerTrial& trial_;
  const std::string& name_;
  Gradients gradients_;  // of the whole batch
  LayerPass whole_;
  Values flat_;  // gradients_, as the parameters are
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> check_layer_rules(LayerTrial& trial, LayerTrial& plain, const std::string& name,
                                           std::string& note) {
  return LayerChecks(trial, name).run(plain, note);
}

}  // namespace orochi
