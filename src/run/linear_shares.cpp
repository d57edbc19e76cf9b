#include "run/linear_shares.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "core/as_size.hpp"
#include "layers/linear_model.hpp"

namespace orochi {
namespace {

/// Powers of the root of 2.
struct Powers {
  int encoder = 0, linear = 0;
  std::array<Scalar, 2> shares() const {
    return {static_cast<Scalar>(std::exp2(encoder / 2.0)), static_cast<Scalar>(std::exp2(linear / 2.0))};
  }
  /// In place of validation data that there is not: a share of 8 costs as much as an answer of probability
  /// 0.1.
  double cost() const { return (encoder * encoder + linear * linear) / 16.0; }
};

}  // namespace

std::array<Scalar, 2> best_shares(const Task& task, std::span<const Scalar> encoder,
                                  std::span<const Scalar> linear, std::span<const double> targets) {
  const std::size_t k = as_size(task.outputs()), items = encoder.size() / k, width = targets.size() / items;
  std::vector<Scalar> row(k);
  const auto loss_of = [&](const Powers& powers) {
    const std::array<Scalar, 2> shares = powers.shares();
    double sum = powers.cost();
    for (std::size_t i = 0; i < items; ++i) {
      for (std::size_t j = 0; j < k; ++j)
        row[j] = output_of_both(encoder[i * k + j], linear[i * k + j], shares.data());
      sum += task.item_loss(row, targets.subspan(i * width, width));
    }
    return sum;
  };
  constexpr int most = 8;
  Powers best;
  double least = loss_of(best);
  for (bool moved = true; std::exchange(moved, false);)  // downhill, from neighbor to neighbor
    for (const Powers from = best;
         const auto& [encoder_step, linear_step] :
         {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}}) {
      const Powers next{from.encoder + encoder_step, from.linear + linear_step};
      if (std::abs(next.encoder) > most || std::abs(next.linear) > most) continue;
      if (const double loss = loss_of(next); loss < least) best = next, least = loss, moved = true;
    }
  return best.shares();
}

}  // namespace orochi
