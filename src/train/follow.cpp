// The training loop on several ranks: rank 0 says what comes next, the others do their part in it.
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include <orochi/error.hpp>
#include <orochi/loop.hpp>

#include "ranks/message.hpp"

namespace orochi {

void Loop::lead(Order order, const Progress& at) {
  if (ranks_ == nullptr || ranks_->rank() != 0) return;
  Message message;
  message.put(order);
  message.put(at);
  message.put(updater_.updates);
  Bytes bytes = message.release();
  broadcast(*ranks_, std::span(bytes));
  if (order != Order::end) share_state(at);
}

void Loop::dismiss() { lead(Order::end, progress); }

void Loop::follow() {
  for (;;) {
    Bytes bytes(sizeof(Order) + sizeof(Progress) + sizeof(updater_.updates));
    broadcast(*ranks_, std::span(bytes));
    Message message(std::move(bytes));
    const Order order = message.take<Order>();
    if (order == Order::end) return;
    progress = message.take<Progress>();
    updater_.updates = message.take<std::uint64_t>();
    share_state(progress);
    if (order_.empty() || ordered_epoch_ != progress.epoch) begin_epoch();
    Batch batch;
    if (order == Order::step)
      static_cast<void>(step());
    else
      static_cast<void>(gradient_of(prepare(batch)));
  }
}

/// The first time sends parameters and moments to all ranks. Then all make the same updates, and once an
/// epoch checksums of the parameters are compared.
void Loop::share_state(const Progress& at) {
  if (!shares_state_) {
    broadcast(*ranks_, std::as_writable_bytes(parameters_.flat()));
    for (Updater::Moment& moment : updater_.moments())
      broadcast(*ranks_, moment.halves.empty() ? std::as_writable_bytes(std::span(moment.values))
                                               : std::as_writable_bytes(std::span(moment.halves)));
  } else if (at.position == 0) {
    Message own;
    own.put(XXH3_64bits(std::as_const(parameters_).data(), std::as_const(parameters_).flat().size_bytes()));
    Message all(gather_all(*ranks_, own.release()));
    const auto first = all.take<XXH64_hash_t>();
    for (int rank = 1; rank < ranks_->size(); ++rank)
      if (all.take<XXH64_hash_t>() != first && ranks_->rank() == 0)
        throw failure(
            fmt::format("[ranks] rank {} has other parameters than rank 0 after step {}: its "
                        "machine computes otherwise; leave it out, or test its memory",
                        rank, at.step));
  }
  shares_state_ = true;
}

}  // namespace orochi
