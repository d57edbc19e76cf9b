// The training loop on several ranks, which are threads here: the bits of one process.
#include <cstring>

#include <orochi/error.hpp>
#include <orochi/extensions.hpp>
#include <orochi/loop.hpp>

#include "catch.hpp"
#include "ranks/message.hpp"
#include "small_model.hpp"
#include "train/rank_shards.hpp"
#include "train/step_fault.hpp"
#include "train/thread_ranks.hpp"

using namespace orochi;

namespace {

using catch_matchers::Contains;

/// What training has come to, on one rank.
struct End {
  std::vector<Scalar> parameters;
  std::vector<std::vector<Scalar>> moments;
  Progress progress;
};
bool operator==(const End& a, const End& b) {
  return a.parameters == b.parameters && a.moments == b.moments && a.progress.step == b.progress.step &&
         a.progress.epoch_loss_sum == b.progress.epoch_loss_sum &&
         a.progress.epoch_weight_sum == b.progress.epoch_weight_sum &&
         a.progress.epoch_score_sum == b.progress.epoch_score_sum;
}

struct Trained {
  std::vector<End> states;    // by rank
  std::vector<double> norms;  // of each step's gradient
};

Config shared_config(Index shards) {
  Config config = small_config();
  config.train.shards = shards;
  config.train.chunk_rows = 60;
  config.train.batch_size = 7;
  config.train.gradient_accumulation_steps = 2;  // and a last one of 2 sequences, fewer than there are shards
  config.train.epochs = 3;
  config.train.ema_decay = 0.9;
  return config;
}

/// Trains from `start`, or from initial values, to update `end`, which may be within an epoch.
Trained train_on(int ranks, int threads, const Config& config, const Sequences& data, std::uint64_t end,
                 const End& start = {}) {
  Trained result;
  result.states.resize(static_cast<std::size_t>(ranks));
  const std::unique_ptr<Task> task = class_task(3);
  on_ranks(ranks, [&](Communicator* communicator) {
    const int rank = communicator == nullptr ? 0 : communicator->rank();
    Classifier model(config, {data.channels == 0 ? 11 : 0, data.channels, 40}, 3, builtin_layers());
    // What others than rank 0 start from must not count.
    model.parameters().initialize(rank == 0 ? 3 : 99);
    Loop loop(model, *task, data, config.train, builtin(), threads, communicator);
    if (rank == 0 && !start.parameters.empty()) {
      std::ranges::copy(start.parameters, model.parameters().flat().begin());
      for (std::size_t m = 0; m < start.moments.size(); ++m)
        loop.updater().moments()[m].values = start.moments[m];
      loop.progress = start.progress;
      loop.updater().updates = start.progress.step;
    }
    if (rank == 0) {
      while (loop.progress.step < end) {
        loop.begin_epoch();
        while (!loop.epoch_is_over() && loop.progress.step < end) result.norms.push_back(loop.step().norm);
        if (loop.epoch_is_over()) loop.end_epoch();
      }
      if (communicator != nullptr) loop.dismiss();
    } else {
      loop.follow();
    }
    End& state = result.states[static_cast<std::size_t>(rank)];
    const std::span<const Scalar> flat = std::as_const(model).parameters().flat();
    state.parameters.assign(flat.begin(), flat.end());
    for (const Updater::Moment& moment : loop.updater().moments()) state.moments.push_back(moment.values);
    state.progress = loop.progress;
  });
  return result;
}

}  // namespace

TEST_CASE("1, 2, 4 and 8 ranks on any threads come to the same bits") {
  for (const Index channels : {0, 3}) {
    const Sequences data = random_sequences(30, 40, 11, channels, 3, 3);
    const Config config = shared_config(8);
    const Trained one = train_on(1, 2, config, data, 8);
    REQUIRE(one.norms.size() == 8);
    for (const int ranks : {2, 4, 8})
      for (const int threads : {1, 2}) {
        INFO(channels << " channels, " << ranks << " ranks, " << threads << " threads");
        const Trained several = train_on(ranks, threads, config, data, 8);
        CHECK(several.norms == one.norms);
        CHECK(several.states.front() == one.states.front());
        Index differing = 0;  // of the others, whose progress is as of the last step's beginning or end
        for (const End& state : several.states)
          differing += state.parameters != one.states.front().parameters ||
                       state.moments != one.states.front().moments;
        CHECK(differing == 0);
      }
  }
}

TEST_CASE("shards that are no power of 2 keep their order of addition on ranks") {
  const Sequences data = random_sequences(40, 40, 11, 0, 3, 3);
  for (const auto& [shards, ranks] : {std::pair{5, 2}, {6, 2}, {7, 4}, {13, 4}}) {
    INFO(shards << " shards, " << ranks << " ranks");
    const Config config = shared_config(shards);
    CHECK(train_on(ranks, 1, config, data, 5).states.front() ==
          train_on(1, 1, config, data, 5).states.front());
  }
}

TEST_CASE("training goes on with another number of ranks to the same bits") {
  const Sequences data = random_sequences(30, 40, 11, 0, 3, 3);
  const Config config = shared_config(8);
  const End expected = train_on(1, 1, config, data, 8).states.front();
  End state;
  for (const auto& [ranks, end] : {std::pair{4, 2}, {1, 3}, {2, 5}, {8, 8}})
    state = train_on(ranks, 1, config, data, static_cast<std::uint64_t>(end), state).states.front();
  CHECK(state == expected);
}

TEST_CASE("the gradient of a step that all ranks leave out can be asked for") {
  Sequences data = random_sequences(14, 40, 0, 3, 3, 3);
  data.values[5] = std::numeric_limits<float>::quiet_NaN();
  const Config config = shared_config(8);
  const std::unique_ptr<Task> task = class_task(3);
  std::vector<std::vector<Scalar>> gradients;  // of one rank, of 4
  for (const int ranks : {1, 4})
    on_ranks(ranks, [&](Communicator* communicator) {
      Classifier model(config, {0, 3, 40}, 3, builtin_layers());
      model.parameters().initialize(3);
      Loop loop(model, *task, data, config.train, builtin(), 1, communicator);
      if (communicator != nullptr && communicator->rank() > 0) return loop.follow();
      loop.begin_epoch();
      const Loop::Step step = loop.step();
      CHECK(!step.has_updated());
      CHECK(loop.find_fault(step).samples == std::vector<std::uint32_t>{0});
      gradients.push_back(loop.gradient_of(step));
      CHECK(loop.progress.skipped_steps == 1);
      if (communicator != nullptr) loop.dismiss();
    });
  const auto finite = [](const std::vector<Scalar>& numbers) {
    return std::ranges::count_if(numbers, [](Scalar x) { return std::isfinite(x); });
  };
  CHECK(finite(gradients[0]) < std::ssize(gradients[0]));
  CHECK(finite(gradients[1]) == finite(gradients[0]));
}

TEST_CASE("a rank whose parameters have changed by themselves is found at the next epoch") {
  const Sequences data = random_sequences(14, 40, 11, 0, 3, 3);
  Config config = shared_config(8);
  config.train.epochs = 4;  // of one step each
  const std::unique_ptr<Task> task = class_task(3);
  const auto train = [&](int damaged_rank) {
    on_ranks(2, [&](ThreadRank* ranks) {
      Classifier model(config, {11, 0, 40}, 3, builtin_layers());
      model.parameters().initialize(3);
      if (ranks->rank() == damaged_rank) {  // the parameters as they come at first
        ranks->damaged_size = std::as_const(model).parameters().flat().size_bytes();
        ranks->damages_left = 1;
      }
      Loop loop(model, *task, data, config.train, builtin(), 1, ranks);
      if (ranks->rank() > 0) return loop.follow();
      for (; !loop.is_done(); loop.end_epoch()) {
        loop.begin_epoch();
        loop.step();
      }
      loop.dismiss();
    });
  };
  CHECK_NOTHROW(train(-1));
  CHECK_THROWS_WITH(train(1), Contains("rank 1 has other parameters than rank 0 after step 1"));
}

TEST_CASE("a number of ranks that does not share out the tree is refused with those that do") {
  struct Case {
    Index shards;
    int ranks;
    const char* allowed;  // empty: it is
  };
  for (const Case& c : {Case{8, 8, ""},
                        {8, 3, "allowed: 1, 2, 4, 8 "},
                        {8, 16, "allowed: 1, 2, 4, 8 "},
                        {5, 2, ""},
                        {5, 4, "allowed: 1, 2 "},
                        {7, 4, ""},
                        {7, 8, "allowed: 1, 2, 4 "},
                        {1, 2, "allowed: 1 "}}) {
    INFO(c.shards << " shards, " << c.ranks << " ranks");
    Mailboxes boxes;
    const ThreadRank last(boxes, c.ranks - 1, c.ranks);
    if (std::string(c.allowed).empty()) {
      const ShardBlock block = shards_of_rank(c.shards, &last);
      CHECK(block.last == c.shards);
      CHECK(block.first < block.last);
    } else {
      CHECK_THROWS_WITH(shards_of_rank(c.shards, &last), Contains(c.allowed));
    }
  }
}

TEST_CASE("what all ranks give comes in their order, whatever its length; what one gives goes to all") {
  for (const int size : {2, 4, 8})
    on_ranks(size, [&](Communicator* ranks) {
      Message own;
      own.put_text(std::string(static_cast<std::size_t>(ranks->rank() * 3), 'x') +
                   std::to_string(ranks->rank()));
      Message all(gather_all(*ranks, own.release()));
      int wrong = 0;
      for (int rank = 0; rank < size; ++rank)
        wrong +=
            all.take_text() != std::string(static_cast<std::size_t>(rank * 3), 'x') + std::to_string(rank);
      Bytes bytes(ranks->rank() == 0 ? 5 : 0, std::byte{7});
      broadcast(*ranks, bytes);
      if (wrong > 0 || bytes != Bytes(5, std::byte{7})) throw failure("a rank got something else");
    });
  for (const int size : {3, 5, 7})
    on_ranks(size, [&](Communicator* ranks) {
      Bytes bytes(ranks->rank() == 0 ? 5 : 0, std::byte{7});
      broadcast(*ranks, bytes);
      if (bytes != Bytes(5, std::byte{7})) throw failure("a rank got something else");
    });
}

TEST_CASE("a message that is cut short is an error, not what lies behind it") {
  Message message;
  message.put_text("abc");
  Bytes bytes = message.release();
  bytes.pop_back();
  Message cut(std::move(bytes));
  CHECK_THROWS_WITH(cut.take_text(), Contains("shorter than its receiver expects"));
}
