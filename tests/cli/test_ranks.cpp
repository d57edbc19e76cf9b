// `mpirun -n N orochi train`: the bits of one process, and an end of all where one ends.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

using Words = std::vector<std::string>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The table of epochs without its times: epoch, step, ... up to the gradient's norm.
std::string figures(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  for (std::string line; std::getline(file, line);)
    text += line.substr(0, line.rfind(',', line.rfind(',') - 1)) + "\n";
  return text;
}

/// The program on so many ranks, by a shell that first does `before` on each, where RANK is its number.
Child on_ranks(int ranks, const Words& arguments, const std::string& before = "") {
  Words words{"--oversubscribe",
              "--allow-run-as-root",
              "--mca",
              "btl",
              "self,vader",
              "--mca",
              "btl_vader_single_copy_mechanism",
              "none",
              "-n",
              std::to_string(ranks),
              "sh",
              "-c",
              "RANK=$OMPI_COMM_WORLD_RANK; " + before + "\nexec \"$0\" \"$@\"",
              environment("OROCHI_PROGRAM")};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Child(words, "", environment("OROCHI_MPIRUN"));
}

/// Waits until there is no such process, 20 seconds at most.
bool ends(pid_t process) {
  for (int i = 0; i < 400 && ::kill(process, 0) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return ::kill(process, 0) != 0;
}

struct Ranks {
  explicit Ranks(const std::string& name) : place("ranks-" + name) {}
  Words train(const std::string& run, Words more = {}) const {
    Words words{"train",          place.path("small.toml"),
                "train.shards=8", "train.gradient_accumulation_steps=2",
                "--threads",      "1",
                "--run",          place.path(run)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Outcome alone(const Words& words) const { return orochi_program(words); }
  std::string last(const std::string& run) const { return bytes(place.path(run + "/last.h5")); }
  /// Writes each rank's process number to a file of its own.
  std::string note_pids() const { return "echo $$ > '" + place.path("pid") + "'$RANK"; }
  pid_t pid(int rank) const {
    pid_t number = 0;
    std::ifstream(place.path("pid" + std::to_string(rank))) >> number;
    REQUIRE(number > 0);  // 0 would be all processes of this test
    return number;
  }
  Workplace place;
};

}  // namespace

TEST_CASE("2, 4 and 8 ranks write what one process does, and go on with what another number has begun") {
  const Ranks ranks("bits");
  REQUIRE(ranks.alone(ranks.train("one")).code == 0);
  REQUIRE(ranks.last("one").size() > 1000);
  for (const int size : {2, 4, 8}) {
    INFO(size << " ranks");
    const std::string run = "run" + std::to_string(size);
    const Outcome whole = on_ranks(size, ranks.train(run)).finish();
    INFO(whole.err);
    CHECK(whole.code == 0);
    CHECK(count(whole.out, "run folder ") == 1);
    CHECK(has(bytes(ranks.place.path(run + "/environment.json")), "\"ranks\": " + std::to_string(size)));
    CHECK(ranks.last(run) == ranks.last("one"));
    CHECK(bytes(ranks.place.path(run + "/best.h5")) == bytes(ranks.place.path("one/best.h5")));
    CHECK(figures(ranks.place.path(run + "/metrics.csv")) == figures(ranks.place.path("one/metrics.csv")));
  }
  for (const std::string moments : {"fp32", "bf16"}) {
    INFO(moments);
    const std::string key = "train.moments=" + moments, whole = "whole-" + moments,
                      parts = "parts-" + moments;
    REQUIRE(ranks.alone(ranks.train(whole, {key})).code == 0);
    CHECK(on_ranks(4, ranks.train(parts, {"--max-steps", "1", key})).finish().code == 0);
    CHECK(ranks.last(parts) != ranks.last(whole));
    CHECK(on_ranks(2, {"train", "--resume", "--run", ranks.place.path(parts)}).finish().code == 0);
    CHECK(ranks.last(parts) == ranks.last(whole));
  }
}

TEST_CASE("a signal to rank 0 stops all ranks with a checkpoint, a killed rank ends them with the last one") {
  const Ranks ranks("signals");
  struct Case {
    int rank, signal;
  };
  for (const Case& c : {Case{0, SIGTERM}, {2, SIGKILL}}) {
    const std::string run = "run" + std::to_string(c.signal);
    Child child = on_ranks(4, ranks.train(run, {"train.epochs=1000000"}), ranks.note_pids());
    REQUIRE(child.wait_for_error("epoch 2 "));
    ::kill(ranks.pid(c.rank), c.signal);
    const Outcome stopped = child.finish();
    INFO(stopped.err);
    if (c.signal == SIGTERM) {
      CHECK(stopped.code == 128 + SIGTERM);
      CHECK(count(stopped.err, "stopped by a signal, with a checkpoint") == 1);
    } else {
      CHECK(stopped.code != 0);
      CHECK(has(stopped.err, "exited on signal 9"));  // mpirun says which rank, and where
    }
    for (int rank = 0; rank < 4; ++rank) CHECK(ends(ranks.pid(rank)));
    const Outcome further = ranks.alone(
        {"train", "--resume", "--run", ranks.place.path(run), "train.epochs=1000000", "--max-steps", "1"});
    CHECK(further.code == 0);
    CHECK(has(further.err, "resumed "));
  }
}

TEST_CASE("an error of one rank ends all with its reason, one of all is said once") {
  const Ranks ranks("errors");
  // Data paths count from the current folder, which is another one on rank 2.
  const std::string elsewhere = "cd '" + ranks.place.root.string() + "'; if [ $RANK = 2 ]; then cd /; fi";
  const Outcome one =
      on_ranks(4, {"train", "small.toml", "train.shards=4", "--run", ranks.place.path("one")}, elsewhere)
          .finish();
  INFO(one.err);
  CHECK(one.code == 2);
  CHECK(has(one.err, "orochi: rank 2:\n"));
  CHECK(has(one.err, "train.tsv"));
  const Outcome all = on_ranks(4, ranks.train("all", {"train.epochs=x"})).finish();
  CHECK(all.code == 2);
  CHECK(count(all.err, "train.epochs is") == 1);
  const Outcome three = on_ranks(3, ranks.train("three")).finish();
  CHECK(three.code == 2);
  CHECK(has(three.err, "allowed: 1, 2, 4, 8 "));
  CHECK(!std::filesystem::exists(ranks.place.path("three")));
  const Outcome other = on_ranks(2, {"evaluate", ranks.place.path("one")}).finish();
  CHECK(other.code == 2);
  CHECK(count(other.err, "evaluate works in one process") == 1);
}

TEST_CASE("without its module the program says what to do, and without mpirun it asks for none") {
  const Ranks ranks("module");
  const std::string program = ranks.place.path("orochi");
  std::filesystem::copy_file(environment("OROCHI_PROGRAM"), program);
  const Words words = ranks.train("run");
  CHECK(Child(words, "", program).finish().code == 0);
  ::setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  const Outcome missing = Child(ranks.train("ranks"), "", program).finish();
  ::unsetenv("OMPI_COMM_WORLD_SIZE");
  CHECK(missing.code == 1);
  CHECK(has(missing.err, "libopenmpi-dev"));
  CHECK(!std::filesystem::exists(ranks.place.path("ranks")));
}
