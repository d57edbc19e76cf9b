// metrics.csv and metrics.jsonl while somebody else writes to them.
#include <algorithm>
#include <functional>
#include <sstream>

#include <orochi/error.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// Does something to the run folder after an epoch.
class Meddler : public Silent {
 public:
  explicit Meddler(std::function<void(std::uint64_t)> meddle) : meddle_(std::move(meddle)) {}
  void epoch(const EpochRecord& record, bool best) override {
    Silent::epoch(record, best);
    meddle_(record.epoch);
  }

 private:
  std::function<void(std::uint64_t)> meddle_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void check_epochs(const Workplace& place, std::vector<int> epochs) {
  const std::vector<std::string> table = lines_of(place.bytes("run/metrics.csv")),
                                 lines = lines_of(place.bytes("run/metrics.jsonl"));
  CHECK(table.front().find("epoch,step,learning_rate,") == 0);
  REQUIRE(table.size() == epochs.size() + 1);
  REQUIRE(lines.size() == epochs.size());
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    CHECK(table[i + 1].find(std::to_string(epochs[i]) + ",") == 0);
    CHECK(std::count(table[i + 1].begin(), table[i + 1].end(), ',') == 11);
    CHECK(lines[i].find("{\"epoch\":" + std::to_string(epochs[i]) + ",") == 0);
  }
}

}  // namespace

TEST_CASE("metrics that somebody changes during the run are written anew") {
  const Workplace place("changed-metrics");
  const fs::path table = place.root / "run/metrics.csv", lines = place.root / "run/metrics.jsonl";
  const auto run = [&](const std::function<void()>& meddle) {
    Meddler observer([&](std::uint64_t epoch) { epoch == 2 ? meddle() : void(); });
    CHECK(train(place.request("run"), builtin(), observer).tested);
    return observer.notes;
  };
  SECTION("the table, shorter") {
    CHECK_THAT(run([&] { std::ofstream(table) << "epoch,step\n"; }),
               Contains("metrics.csv' was changed or removed by another program: it is written anew\n"));
    check_epochs(place, {1, 2, 3, 4});
  }
  SECTION("the table, longer") {
    run([&] { std::ofstream(table, std::ios::app) << "my remarks\n"; });
    check_epochs(place, {1, 2, 3, 4});
  }
  SECTION("the lines, removed") {
    run([&] { fs::remove(lines); });
    check_epochs(place, {1, 2, 3, 4});
  }
  SECTION("both: what is lost is said") {
    const std::string notes = run([&] {
      fs::remove(table);
      fs::resize_file(lines, 10);
    });
    CHECK_THAT(notes,
               Contains("metrics.jsonl' was changed or removed by another program: it is written anew, "
                        "without the epochs 1 to 2, which are lost\n"));
    check_epochs(place, {3, 4});
  }
}

TEST_CASE("metrics that cannot be written to the end cost no result") {
  const Workplace place("no-metrics");
  const fs::path table = place.root / "run/metrics.csv";
  Meddler observer([&](std::uint64_t epoch) {
    if (epoch != 3) return;
    fs::remove(table);
    fs::create_directory(table);
  });
  std::string message;
  try {
    train(place.request("run"), builtin(), observer);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::failed);
    message = error.what();
  }
  CHECK_THAT(message, Contains("metrics.csv") && Contains("Is a directory; this was the last attempt"));
  CHECK_THAT(observer.notes, Contains("best.h5 on the test data: loss "));
}

TEST_CASE("metrics that waited are written with the next checkpoint") {
  class Waiting : public Meddler {
   public:
    using Meddler::Meddler;
    void step(std::uint64_t step, double, double) override {
      if (step == 10) written = fs::is_regular_file(table);  // in the third epoch, after a checkpoint
    }
    fs::path table;
    bool written = false;
  };
  const Workplace place("waiting-metrics");
  const fs::path table = place.root / "run/metrics.csv";
  Waiting observer([&](std::uint64_t epoch) {
    if (epoch <= 2) fs::remove(table);
    if (epoch == 1) fs::create_directory(table);
  });
  observer.table = table;
  TrainRequest request = place.request("run");
  request.overrides = {"train.checkpoint_every_steps=1"};
  train(request, builtin(), observer);
  CHECK_THAT(observer.notes, Contains("Is a directory; training goes on and tries again\n"));
  CHECK(observer.written);
  check_epochs(place, {1, 2, 3, 4});
}
