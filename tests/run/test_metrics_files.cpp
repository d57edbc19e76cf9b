// metrics.csv and metrics.jsonl while somebody else writes to them.
#include <algorithm>
#include <functional>
#include <regex>
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
  void epoch(const EpochRecord& record, Standing standing) override {
    Silent::epoch(record, standing);
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
    CHECK(std::count(table[i + 1].begin(), table[i + 1].end(), ',') == 12);
    CHECK(lines[i].find("{\"epoch\":" + std::to_string(epochs[i]) + ",") == 0);
  }
}

}  // namespace

TEST_CASE("metrics that somebody changes during the run are whole again after the next epoch") {
  const Workplace place("changed-metrics");
  const fs::path table = place.root / "run/metrics.csv", lines = place.root / "run/metrics.jsonl";
  const auto run = [&](const std::function<void()>& meddle) {
    Meddler observer([&](std::uint64_t epoch) { epoch == 2 ? meddle() : void(); });
    CHECK(train(place.request("run"), builtin(), observer).tested);
    check_epochs(place, {1, 2, 3, 4});
  };
  SECTION("the table, shorter") {
    run([&] { std::ofstream(table) << "epoch,step\n"; });
  }
  SECTION("the table, longer") {
    run([&] { std::ofstream(table, std::ios::app) << "my remarks\n"; });
  }
  SECTION("the lines, removed") {
    run([&] { fs::remove(lines); });
  }
  SECTION("both") {
    run([&] {
      fs::remove(table);
      fs::resize_file(lines, 10);
    });
  }
}

TEST_CASE("the table is made from the lines when a run goes on") {
  const Workplace place("resumed-metrics");
  const fs::path table = place.root / "run/metrics.csv", lines = place.root / "run/metrics.jsonl";
  Silent observer;
  TrainRequest request = place.request("run");
  request.max_steps = 10;  // in the third epoch
  train(request, builtin(), observer);
  const std::string rows = place.bytes("run/metrics.csv"), records = place.bytes("run/metrics.jsonl");
  fs::remove(table);
  request.max_steps = 0;
  request.resume = true;
  SECTION("whole ones") {
    train(request, builtin(), observer);
    check_epochs(place, {1, 2, 3, 4});
    CHECK(place.bytes("run/metrics.csv").starts_with(rows));
    CHECK(place.bytes("run/metrics.jsonl").starts_with(records));
  }
  SECTION("one of them cut short, which is kept aside") {
    fs::resize_file(lines, records.size() - 1);
    train(request, builtin(), observer);
    CHECK_THAT(observer.notes, Contains("metrics.jsonl is whole only up to epoch 1 of 2; it is kept as "
                                        "metrics-damaged.jsonl"));
    check_epochs(place, {1, 3, 4});
    CHECK(place.bytes("run/metrics-damaged.jsonl") + "\n" == records);
  }
  SECTION("of a version that did not measure one of the metrics") {
    const std::string older = std::regex_replace(records, std::regex(",\"validation_mcc\":[^,]*"), "");
    REQUIRE(older.size() < records.size());
    std::ofstream(lines) << older;
    train(request, builtin(), observer);
    check_epochs(place, {1, 2, 3, 4});
    CHECK(place.bytes("run/metrics.jsonl").starts_with(older));
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
  CHECK_THAT(message,
             Contains("metrics.csv") && Contains("something other than a file is there; move it away; "
                                                 "this was the last attempt"));
  CHECK_THAT(observer.notes, Contains("best.h5 on the test data: loss "));
}

TEST_CASE("a run folder that is removed leaves nothing to go on from") {
  const Workplace place("removed");
  Meddler observer([&](std::uint64_t epoch) {
    if (epoch == 3) fs::remove_all(place.root / "run");
  });
  std::string message;
  try {
    train(place.request("run"), builtin(), observer);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK_THAT(message, Contains("and nothing of the run is kept that --resume could go on from"));
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
  CHECK_THAT(observer.notes, Contains("move it away; training goes on and tries again\n"));
  CHECK(observer.written);
  check_epochs(place, {1, 2, 3, 4});
}
